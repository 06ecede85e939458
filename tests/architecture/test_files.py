"""What every file of the tree may and may not say; licences; the lock file."""

import re

# Written so that this file does not find itself.
MACHINE_PATHS = re.compile(r"(?<![\w.$}>~:*-])/(ro{2}t|w[o]rk|t[m]p)/")
REGISTRY_HOSTS = re.compile(
    r"p[y]pi\.org|pythonh[o]sted|(?<!@)npmj[s]\.(org|com)|registry\.n[p]m|crates\.i[o]"
    r"|proxy\.g[o]lang|index-u[r]l\s*=|\bmirr[o]rs?\.",
    re.IGNORECASE,
)
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE K[E]Y-----|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}")
BINARY = {".png", ".jpg", ".ico", ".woff2", ".gz", ".zip"}


def texts(files, root):
    for path in files:
        if path.suffix not in BINARY:
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def found(pattern, files, root) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts(files, root)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_place_on_somebodys_machine(files, root):
    assert found(MACHINE_PATHS, files, root) == []


def test_no_file_names_a_registry(files, root):
    assert found(REGISTRY_HOSTS, files, root) == []


def test_no_file_holds_a_secret(files, root):
    assert found(SECRETS, files, root) == []


def test_the_licence_is_there_in_full(root):
    licence = (root / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Version 2.0" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_what_others_wrote_carries_its_licence_and_version(files):
    vendored = {
        path.parents[len(path.parts) - path.parts.index("vendor") - 3]
        for path in files
        if "vendor" in path.parts[:-2]
    }
    missing = [
        f"{folder.name}/{name}"
        for folder in sorted(vendored)
        for name in ("LICENSE", "VERSION")
        if not (folder / name).is_file() or not (folder / name).read_text().strip()
    ]
    assert missing == []


def test_the_lock_pins_every_package_by_hash_and_names_no_address(root):
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", lock, flags=re.MULTILINE).strip())
    assert len(entries) > 40
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]
