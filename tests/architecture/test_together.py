"""Who lets several actors share a transaction: what makes up the demo city, and nothing that serves anybody."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
IMPORT = "suxin.kernel.together"


def test_actors_share_a_transaction_only_where_they_are_made_up() -> None:
    roots = ("backend", "graphql", "tenants", "mini_program_api")
    users = {
        path.relative_to(ROOT).as_posix()
        for root in roots
        for path in (ROOT / root).rglob("*.py")
        if IMPORT in path.read_text(encoding="utf-8")
    }
    assert users == {
        f"backend/suxin_server/demo/{name}.py"
        for name in (
            "cautioned",
            "claimed",
            "contested",
            "covered",
            "on_funds",
            "pooled",
            "settled",
            "stricken",
            "watched",
        )
    }
