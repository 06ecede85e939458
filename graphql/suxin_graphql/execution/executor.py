"""The executor: reads what resolvers ask for, all levels in one statement where it can, else a statement a level.

The fields selected under a root field decide which columns are read. Relations of written plans come in the rows that they
belong to (``nesting``); others are read for all objects of a level at once by ``key = any(...)``, so that the number of
statements follows from the depth of the query and not from its rows. Statements of kept plans are compiled once and go to
the driver itself; the others go through the snapshot's session.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from graphql.execution.values import VariableValues
from sqlalchemy import Select, bindparam, func

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal
from suxin_graphql.context import Context, Info, Reader
from suxin_graphql.cursors import Ordering
from suxin_graphql.execution.arguments import Arguments
from suxin_graphql.execution.filters import Filter, one_of
from suxin_graphql.execution.nesting import Nested, NestedPage, narrowed, numbered, page_of
from suxin_graphql.execution.pages import (
    Level,
    MadePage,
    PagePlan,
    Place,
    RecordPagePlan,
    Rows,
)
from suxin_graphql.execution.plans import Later, Plan, Planner
from suxin_graphql.execution.readings import Answer, EachOf, Named, OneOf, Page, Reading
from suxin_graphql.execution.records import (
    Asked,
    Record,
    Told,
    ToldPage,
    ToMany,
    ToOne,
    type_name,
)
from suxin_graphql.execution.selection import Selected, Selections, Wanted, asked
from suxin_graphql.execution.statements import NOW
from suxin_graphql.execution.weights import COUNTED, TOLD
from suxin_graphql.execution.writing import WrittenPlan
from suxin_graphql.execution.written_pages import (
    WrittenPagePlan,
    keyed_plan,
    page_plan,
    root_plan,
)
from suxin_graphql.paging import check_page_size

KEYS: Final = "keys"


async def read(found: object, info: Info) -> object:
    """Read what a resolver returned, with everything selected beneath it; anything else stays as it is."""
    if not isinstance(found, Reading | Record):
        return found
    raw = info._raw_info  # noqa: SLF001 - Strawberry's own selections have no nodes
    selections = [one for field in asked(raw, raw.field_nodes) for one in field.selections]
    arguments = Arguments(info.schema, VariableValues({}, info.variable_values))
    async with info.context.snapshot.turn() as snapshot:
        executor = Executor(snapshot, info.context, Planner(info.schema), arguments)
        return await executor.answer(found, Selected(selections))


async def is_shown(cls: type[Record], thing_id: UUID, context: Context) -> bool:
    """Return whether the caller sees a thing, in the request's snapshot."""
    source = cls.__source__
    found = source.statement(context.actor).with_only_columns(
        source.key, maintain_column_froms=True
    )
    async with context.snapshot.turn() as snapshot:
        return await snapshot.session().scalar(found.where(source.key == thing_id)) is not None


class Executor:
    """Reads for one root field, while it has the snapshot, or alone."""

    def __init__(
        self, reader: Reader, context: Context, planner: Planner, arguments: Arguments
    ) -> None:
        self._reader = reader
        self._context = context
        self._planner = planner
        self._arguments = arguments

    async def answer(self, found: object, selected: Selected) -> Any:  # noqa: ANN401 - of any root field
        """Return the value of a root field, which may be what the JSON holds of it where its form is known."""
        if isinstance(found, Answer):
            found = await found.query(self._reader.session())
        if isinstance(found, OneOf):
            return (await self._named([found.wanted], selected))[0]
        if isinstance(found, EachOf):
            return await self._named(found.wanted, Selected(selected.selections))
        if isinstance(found, Page):
            return await self._page(found, selected)
        if isinstance(found, Record):
            self._context.spend(1)
            await self._fill(
                Level(self._record_plan(type(found), selected.selections), [()], [found])
            )
        return found

    @cached_property
    def _caller(self) -> Actor:
        """Whoever asks, as statements are remembered for him: every time the same."""
        return replace(self._context.actor, request_id="")

    def _record_plan(self, cls: type[Record], selections: Selections) -> Plan:
        return self._planner.keep(
            (("plan", cls), selections), lambda: self._planner.plan(cls, selections)
        )

    async def _named(self, wanted: Sequence[Named | Refusal], selected: Selected) -> list[Any]:
        by_type: dict[type[Record], set[UUID]] = {}
        for one in wanted:
            if isinstance(one, Named):
                by_type.setdefault(one.type, set()).add(one.id)
        found = {cls: await self._by_key(cls, ids, selected) for cls, ids in by_type.items()}
        return [
            one if isinstance(one, Refusal) else found[one.type].get(one.id, one.missing)
            for one in wanted
        ]

    async def _by_key(
        self, cls: type[Record], keys: Iterable[Any], selected: Selected
    ) -> dict[Any, Any]:
        source = cls.__source__
        columns, plan = keyed_plan(self._planner, cls, selected)

        def make() -> Select[Any]:
            statement = source.statement(self._context.actor).where(one_of(source.key, KEYS))
            return narrowed(statement, columns, self._context.actor)

        rows = await self._rows((columns.mark, self._caller), make, plan, keys=list(keys))
        return await self._by_their_key(plan, rows)

    async def _by_their_key(self, plan: Plan, rows: Rows) -> dict[Any, Any]:
        """Return the objects of rows by their own key, which comes first in each."""
        self._context.spend(len(rows))
        made = plan.each(rows, self._context)
        await self._fill(Level(plan, list(rows), made))
        return {row[0]: one for row, one in zip(rows, made, strict=True)}

    async def _rows(
        self,
        key: Hashable,
        make: Callable[[], Select[Any]],
        plan: Plan | PagePlan | None,
        **given: object,
    ) -> Rows:
        """Return the rows of a statement: as the driver reads them where the plan writes them down itself."""
        values = {NOW.key: self._context.world_now, **given}
        if self._planner.compiled is None:
            found: Rows = (await self._reader.session().execute(make(), values)).all()
            return found
        statement = self._planner.compiled.of(key, make)
        rows = await self._reader.rows(statement, **values)
        if isinstance(plan, WrittenPlan | WrittenPagePlan):
            return rows
        return [statement.read(row) for row in rows]

    async def _fill(self, level: Level) -> None:
        """Read the relations of all objects of one level."""
        plan = level.plan
        if not level.made:
            return
        if plan.flat_weight is not None:
            self._context.spend(len(level.made) * plan.flat_weight)
            return
        self._context.spend(len(level.made) * (plan.weight + len(plan.joined)))
        for key, inner in plan.joined:
            made = [plan.inner(key, one) for one in level.made]
            await self._fill(Level(inner, level.rows, made))
        for later in plan.relations:
            values = await self._related(level, later)
            plan.put_each(later, level.made, values)

    async def _related(self, level: Level, later: Later) -> list[Any]:
        relation, wanted = later.relation, later.wanted
        if later.nested is not None:
            return await self._nested(level.rows, later.place, later.nested)
        if isinstance(relation, ToOne):
            own = level.plan.own(relation.own, level.rows, level.made)
            keys = {key for key in own if key is not None}
            if not keys:
                return [None] * len(own)
            target = relation.target()
            found = await self._by_key(target, keys, later.selected)
            return [found.get(key) for key in own]
        if isinstance(relation, ToMany):
            own = level.plan.own(relation.own, level.rows, level.made)
            return await self._pages(own, relation, later, self._given(level, later))
        records = level.plan.records(level.rows, level.made, self._context)
        if isinstance(relation, Told):
            return await self._told(records, relation, wanted)
        return await self._told_pages(records, relation, wanted, self._given(level, later))

    def _given(self, level: Level, later: Later) -> dict[str, Any]:
        """Return what the field of a relation is given."""
        return self._arguments.below(type_name(level.plan.type), later.wanted.node)

    async def _nested(self, level: Rows, place: int, nested: Nested) -> list[Any]:
        """Return what is made of the rows that stood in those of a level."""
        if isinstance(nested, NestedPage):
            pages = [nested.rows(row[place], row) for row in level]
            places = [Place(nested.first, None, 0)] * len(pages)
            return await self._made_pages(nested.plan, pages, places)
        found = [row[place] for row in level]
        rows = {row[0]: row for row in found if row is not None}
        made = await self._by_their_key(nested.plan, list(rows.values()))
        return [None if row is None else made[row[0]] for row in found]

    async def _told(self, records: Sequence[Record], relation: Told, wanted: Wanted) -> list[Any]:
        values: list[Any] = []
        session = self._reader.session()
        self._context.spend(TOLD * len(records))
        for record in records:
            try:
                values.append(await relation.tell(session, self._context, record))
            except Refusal as refusal:
                values.append(refusal)
        told = [value for value in values if isinstance(value, Record)]
        plan = self._record_plan(relation.target(), wanted.selections)
        await self._fill(Level(plan, [()] * len(told), told))
        return values

    async def _told_pages(
        self,
        records: Sequence[Record],
        relation: ToldPage,
        wanted: Wanted,
        given: dict[str, Any],
    ) -> list[Any]:
        first, after = _place_asked(given)
        ordering = relation.ordering()
        plan = self._planner.keep(
            ((relation.target(), ordering.name), wanted.selections),
            lambda: RecordPagePlan(self._planner, relation.target(), ordering, wanted.selections),
        )
        position = None if after is None else ordering.position(after, self._context.actor)
        part = Asked(first, position, counted=plan.counts)
        session, place = self._reader.session(), Place(first, after, None)
        values: list[Any] = []
        pages: list[MadePage] = []
        self._context.spend((TOLD + COUNTED * plan.counts) * len(records))
        for record in records:
            try:
                told = await relation.tell(session, self._context, record, part)
            except Refusal as refusal:
                values.append(refusal)
                continue
            if told is None:
                values.append(None)
                continue
            self._context.spend(len(told.nodes))
            pages.append(plan.page_of(told, place, self._context))
            values.append(pages[-1].connection)
        await self._fill_pages(pages)
        return values

    async def _page(self, page: Page, selected: Selected) -> Any:  # noqa: ANN401 - a connection
        first, ordering = check_page_size(page.first), page.ordering
        plan = root_plan(self._planner, page, selected)
        read = page.bare if plan.is_bare and page.bare is not None else page.statement
        position = _position(ordering, page.after, self._context.actor)

        def make() -> Select[Any]:
            statement = read.select().order_by(None)
            if position:
                statement = statement.where(ordering.after(_places(ordering)))
            return narrowed(
                page_of(statement, ordering, first + plan.looks_ahead),
                plan.columns,
                self._context.actor,
                ordering,
            )

        def count() -> Select[Any]:
            statement = read.select().order_by(None)
            return statement.with_only_columns(func.count(), maintain_column_froms=True)

        asked, given, total = read.key, read.values, None
        if plan.counts:
            ((total,),) = await self._rows(
                (plan.columns.mark, "count", asked), count, None, **given
            )
        key = (plan.columns.mark, bool(position), first, self._caller, asked)
        rows = await self._rows(key, make, plan, **position, **given)
        self._context.spend(min(len(rows), first) + COUNTED * plan.counts)
        made = plan.page(rows, Place(first, page.after, total), self._context)
        await self._fill_pages([made])
        return made.connection

    async def _pages(
        self, own: Sequence[Any], relation: ToMany, later: Later, given: dict[str, Any]
    ) -> list[Any]:
        """Read a page for each object in one statement, by numbering the rows of each."""
        first, after = _place_asked(given)
        cls, ordering = relation.target(), given["order_by"].ordering
        where: Filter | None = given.get("where")
        form, values = (None, {}) if where is None else (where.form, where.values)
        plan = page_plan(self._planner, cls, ordering, later.selected, admitted=True)
        position = _position(ordering, after, self._context.actor)
        keys = list(set(own))

        def base() -> Select[Any]:
            statement = cls.__source__.statement(self._context.actor).order_by(None)
            pointing = statement.where(one_of(relation.key, KEYS))
            return pointing if where is None else pointing.where(where.condition())

        def make() -> Select[Any]:
            statement = base()
            if position:
                statement = statement.where(ordering.after(_places(ordering)))
            limit = first + plan.looks_ahead
            return numbered(statement, relation.key, plan, limit, self._context.actor)

        totals: dict[Any, int] = {}
        if plan.counts:
            counted = await self._rows(
                (plan.columns.mark, "count", self._caller, form),
                lambda: _counted(base(), relation.key),
                None,
                keys=keys,
                **values,
            )
            totals = {row[0]: row[1] for row in counted}
        key = (plan.columns.mark, bool(position), first, self._caller, form)
        rows = await self._rows(key, make, plan, keys=keys, **position, **values)
        groups: dict[Any, list[Any]] = {}
        for row in rows:
            groups.setdefault(row[-2], []).append(row)
        places = [Place(first, after, totals.get(one, 0)) for one in own]
        return await self._made_pages(plan, [groups.get(one, []) for one in own], places)

    async def _made_pages(
        self, plan: PagePlan, found: Sequence[Rows], places: Sequence[Place]
    ) -> list[Any]:
        """Return the pages of the rows that belong to the objects of a level."""
        self._context.spend(len(found) + COUNTED * plan.counts)
        pages = []
        for rows, place in zip(found, places, strict=True):
            self._context.spend(min(len(rows), place.first))
            pages.append(plan.page(rows, place, self._context))
        await self._fill_pages(pages)
        return [page.connection for page in pages]

    async def _fill_pages(self, pages: Sequence[MadePage]) -> None:
        """Read the relations of the objects of several pages of one plan, those of one place in it at once."""
        for levels in zip(*(page.levels for page in pages), strict=True):
            rows = [row for level in levels for row in level.rows]
            made = [one for level in levels for one in level.made]
            await self._fill(Level(levels[0].plan, rows, made))


def _place_asked(given: dict[str, Any]) -> tuple[int, str | None]:
    return check_page_size(given["first"]), given.get("after")


def _position(ordering: Ordering, after: str | None, actor: Actor) -> dict[str, Any]:
    """Return the values of a cursor by the names under which its statement has them; none without a cursor."""
    if after is None:
        return {}
    position = ordering.position(after, actor)
    return {f"after_{number}": value for number, value in enumerate(position)}


def _places(ordering: Ordering) -> list[Any]:
    return [
        bindparam(f"after_{number}", None, key.expression.type)
        for number, key in enumerate(ordering.keys)
    ]


def _counted(statement: Select[Any], key: Any) -> Select[Any]:  # noqa: ANN401 - a mapped column
    counted = statement.with_only_columns(key, func.count(), maintain_column_froms=True)
    return counted.group_by(key)
