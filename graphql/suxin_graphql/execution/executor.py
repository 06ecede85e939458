"""The executor: reads what resolvers ask for, a statement a level, in the request's snapshot.

The fields selected under a root field decide which columns are read; relations are read for all records of a level at
once by ``key = any(...)``, so that the number of statements follows from the depth of the query and not from its rows.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin_graphql.context import Context, Info
from suxin_graphql.cursors import Ordering
from suxin_graphql.execution.pages import EdgesPlan, PagePlan, Rows
from suxin_graphql.execution.plans import Columns, Plan, Planner
from suxin_graphql.execution.readings import Answer, EachOf, Named, OneOf, Page, Reading
from suxin_graphql.execution.records import (
    Asked,
    Part,
    Record,
    Relation,
    Told,
    ToldPage,
    ToMany,
    ToOne,
)
from suxin_graphql.execution.selection import Selections, Wanted
from suxin_graphql.execution.weights import COUNTED, TOLD
from suxin_graphql.paging import check_page_size

_ID_ARRAY: Final = ARRAY(Uuid())


async def read(found: object, info: Info) -> object:
    """Read what a resolver returned, with everything selected beneath it; anything else stays as it is."""
    if not isinstance(found, Reading | Record):
        return found
    selections = [selected for field in info.selected_fields for selected in field.selections]
    async with info.context.snapshot.turn() as session:
        return await Executor(session, info.context, Planner(info.schema)).answer(found, selections)


class Executor:
    """Reads for one root field, while it has the snapshot."""

    def __init__(self, session: AsyncSession, context: Context, planner: Planner) -> None:
        self._session = session
        self._context = context
        self._planner = planner

    async def answer(self, found: object, selections: Selections) -> object:
        """Return the value of a root field."""
        if isinstance(found, Answer):
            found = await found.query(self._session)
        if isinstance(found, OneOf):
            return (await self._named([found.wanted], selections))[0]
        if isinstance(found, EachOf):
            return await self._named(found.wanted, selections)
        if isinstance(found, Page):
            return await self._page(found, selections)
        if isinstance(found, Record):
            self._context.spend(1)
            await self._fill([found], self._plan(type(found), selections))
        return found

    def _plan(self, cls: type[Record], selections: Selections) -> Plan:
        return self._planner.keep(
            (("plan", cls), selections), lambda: self._planner.plan(cls, selections)
        )

    async def _named(self, wanted: Sequence[Named | Refusal], selections: Selections) -> list[Any]:
        by_type: dict[type[Record], set[UUID]] = {}
        for one in wanted:
            if isinstance(one, Named):
                by_type.setdefault(one.type, set()).add(one.id)
        found = {cls: await self._by_key(cls, ids, selections) for cls, ids in by_type.items()}
        return [
            one if isinstance(one, Refusal) else found[one.type].get(one.id, one.missing)
            for one in wanted
        ]

    async def _by_key(
        self, cls: type[Record], keys: Iterable[Any], selections: Selections
    ) -> dict[Any, Record]:
        source = cls.__source__
        columns, key_place, plan = self._planner.keep(
            (cls, selections), lambda: self._keyed(cls, selections)
        )
        statement = source.statement(self._context).where(_one_of(source.key, keys))
        rows = await self._rows(statement, columns)
        self._context.spend(len(rows))
        found = {row[key_place]: plan.record(row, self._context) for row in rows}
        await self._fill(list(found.values()), plan)
        return found

    def _keyed(self, cls: type[Record], selections: Selections) -> tuple[Columns, int, Plan]:
        columns = Columns()
        key_place = columns.place(cls.__source__.key)
        return columns, key_place, self._planner.plan(cls, selections, columns)

    async def _rows(self, statement: Select[Any], columns: Columns) -> Rows:
        narrowed = statement.with_only_columns(*columns.expressions, maintain_column_froms=True)
        return (await self._session.execute(narrowed)).all()

    async def _fill(self, records: Sequence[Record], plan: Plan) -> None:
        """Read the relations of all records of one level."""
        if not records:
            return
        self._context.spend(len(records) * (plan.weight + len(plan.joined)))
        for key, inner in plan.joined:
            await self._fill([record.__dict__["read"][key] for record in records], inner)
        for key, relation, wanted in plan.relations:
            values = await self._related(records, relation, wanted)
            for record, value in zip(records, values, strict=True):
                record.__dict__["read"][key] = value

    async def _related(
        self, records: Sequence[Record], relation: Relation, wanted: Wanted
    ) -> list[Any]:
        if isinstance(relation, ToOne):
            own = [record.__dict__[f"_{relation.own}"] for record in records]
            keys = {key for key in own if key is not None}
            found = await self._by_key(relation.target(), keys, wanted.selections) if keys else {}
            return [found.get(key) for key in own]
        if isinstance(relation, ToMany):
            return await self._pages(records, relation, wanted)
        if isinstance(relation, Told):
            return await self._told(records, relation, wanted)
        return await self._told_pages(records, relation, wanted)

    async def _told(self, records: Sequence[Record], relation: Told, wanted: Wanted) -> list[Any]:
        values: list[Any] = []
        self._context.spend(TOLD * len(records))
        for record in records:
            try:
                values.append(await relation.tell(self._session, self._context, record))
            except Refusal as refusal:
                values.append(refusal)
        told = [value for value in values if isinstance(value, Record)]
        await self._fill(told, self._plan(relation.target(), wanted.selections))
        return values

    async def _told_pages(
        self, records: Sequence[Record], relation: ToldPage, wanted: Wanted
    ) -> list[Any]:
        first, after = (
            check_page_size(int(wanted.arguments["first"])),
            wanted.arguments.get("after"),
        )
        ordering = relation.ordering()
        plan = self._page_plan(relation.target(), ordering, wanted.selections)
        position = None if after is None else ordering.position(after, self._context.actor)
        asked = Asked(first, position, counted=plan.counts)
        values: list[Any] = []
        self._context.spend((TOLD + COUNTED * plan.counts) * len(records))
        for record in records:
            try:
                told = await relation.tell(self._session, self._context, record, asked)
            except Refusal as refusal:
                values.append(refusal)
            else:
                values.append(self._connection(told, plan, after))
        await self._fill_edges(plan.edges, [one for one in values if isinstance(one, Record)])
        return values

    def _connection(self, told: Part | None, plan: PagePlan, after: str | None) -> Record | None:
        if told is None:
            return None
        self._context.spend(len(told.nodes))
        return plan.connection_of(told, after=after, context=self._context)

    async def _page(self, page: Page, selections: Selections) -> Record:
        first = check_page_size(page.first)
        plan = self._page_plan(page.type, page.ordering, selections, page.joined)
        statement = page.statement.order_by(None)
        total = await self._count(statement) if plan.counts else None
        if page.after is not None:
            position = page.ordering.position(page.after, self._context.actor)
            statement = statement.where(page.ordering.after(position))
        statement = statement.order_by(*(key.order for key in page.ordering.keys))
        rows = await self._rows(statement.limit(first + 1), plan.columns)
        self._context.spend(min(len(rows), first) + COUNTED * plan.counts)
        made = plan.connection(rows, first=first, after=page.after, context=self._context)
        made.__dict__["total_count"] = total
        await self._fill_edges(plan.edges, [made])
        return made

    def _page_plan(
        self,
        cls: type[Record],
        ordering: Ordering,
        selections: Selections,
        joined: frozenset[str] = frozenset(),
    ) -> PagePlan:
        return self._planner.keep(
            ((cls, ordering.name, joined), selections),
            lambda: PagePlan(self._planner, cls, ordering, selections, joined),
        )

    async def _count(self, statement: Select[Any]) -> int:
        counted = statement.with_only_columns(func.count(), maintain_column_froms=True)
        return await self._session.scalar(counted) or 0

    async def _pages(
        self, records: Sequence[Record], relation: ToMany, wanted: Wanted
    ) -> list[Any]:
        """Read a page for each record in one statement, by numbering the rows of each."""
        first = check_page_size(int(wanted.arguments["first"]))
        after: str | None = wanted.arguments.get("after")
        cls, ordering = relation.target(), relation.ordering()
        plan = self._page_plan(cls, ordering, wanted.selections)
        own = [record.__dict__[f"_{relation.own}"] for record in records]
        belongs = _one_of(relation.key, set(own))
        base = cls.__source__.statement(self._context).order_by(None).where(belongs)
        totals = await self._counts(base, relation.key) if plan.counts else {}
        if after is not None:
            base = base.where(ordering.after(ordering.position(after, self._context.actor)))
        rows = await self._session.execute(_numbered(base, relation.key, plan, first))
        self._context.spend(len(records) + COUNTED * plan.counts)
        groups: dict[Any, list[Any]] = {}
        for row in rows:
            groups.setdefault(row[-2], []).append(row)
        pages = []
        for key in own:
            rows_of_key = groups.get(key, [])
            self._context.spend(min(len(rows_of_key), first))
            made = plan.connection(rows_of_key, first=first, after=after, context=self._context)
            made.__dict__["total_count"] = totals.get(key, 0)
            pages.append(made)
        await self._fill_edges(plan.edges, pages)
        return pages

    async def _counts(self, statement: Select[Any], key: Any) -> dict[Any, int]:  # noqa: ANN401 - a mapped column
        counted = statement.with_only_columns(key, func.count(), maintain_column_froms=True)
        rows = await self._session.execute(counted.group_by(key))
        return {row[0]: row[1] for row in rows}

    async def _fill_edges(self, plans: Sequence[EdgesPlan], pages: Sequence[Record]) -> None:
        for edges in plans:
            for key, plan in edges.nodes:
                nodes = [
                    edge.__dict__["read"][key]
                    for page in pages
                    for edge in page.__dict__["read"][edges.key]
                ]
                await self._fill(nodes, plan)


def _one_of(key: Any, values: Iterable[Any]) -> Any:  # noqa: ANN401 - SQL expressions
    """Return the condition that a key is one of some values: one text of SQL however many there are."""
    kind = _ID_ARRAY if isinstance(key.type, Uuid) else ARRAY(key.type)
    return key == any_(literal(list(values), kind))


def _numbered(base: Select[Any], key: Any, plan: PagePlan, first: int) -> Select[Any]:  # noqa: ANN401 - a mapped column
    """Return the first rows of each key in the plan's order, with the key and the row's number at the end."""
    order = [one.order for one in plan.ordering.keys]
    number = func.row_number().over(partition_by=key, order_by=order)
    labelled = [
        expression.label(f"c{place}") for place, expression in enumerate(plan.columns.expressions)
    ]
    inner = base.with_only_columns(
        *labelled, key.label("belongs_to"), number.label("number"), maintain_column_froms=True
    ).subquery()
    return select(inner).where(inner.c.number <= first + 1).order_by(inner.c.number)
