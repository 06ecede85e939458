"""The key file: read anew when it is replaced, replaced whole, by one command at a time."""

import pytest
from pydantic import SecretStr

from suxin.kernel.sealing import Keyring
from suxin_server.data_folder import exclusively
from suxin_server.faults import FileBusy, NotAvailable
from suxin_server.key_file import KeyFile, keyring_source, with_own_keys
from suxin_server.settings import Settings


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sealing.keys"
    path.write_text(Keyring.generate().to_text())
    return path


def test_a_version_added_by_another_process_is_known_at_once(path):
    reader = KeyFile(path)
    assert reader().versions == (1,)
    assert KeyFile(path).change(Keyring.rotated).versions == (2, 1)
    assert reader().versions == (2, 1)
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "sealing.keys",
        "sealing.keys.lock",
    ]


def test_a_file_that_breaks_leaves_what_was_read(path):
    reader = KeyFile(path)
    known = reader()
    path.write_text("{}")
    assert reader() == known
    path.unlink()
    assert reader() == known


def test_two_commands_do_not_change_it_at_once(path):
    before = path.read_text()
    keys = KeyFile(path)
    with exclusively(path.with_name("sealing.keys.lock")), pytest.raises(FileBusy):
        keys.change(Keyring.rotated)
    assert path.read_text() == before


def test_where_a_link_names_the_file_the_file_is_replaced(path, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(path)
    KeyFile(link).change(Keyring.rotated)
    assert link.is_symlink()
    assert KeyFile(path)().current == 2


@pytest.mark.parametrize("content", [None, b"{}", b"\xff"])
def test_a_missing_or_broken_key_file_is_said(tmp_path, content):
    path = tmp_path / "keys"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(NotAvailable, match="key file"):
        keyring_source(Settings(sealing_keys_file=path))


def test_keys_in_a_setting_are_read_once_and_go_first(path):
    ring = Keyring.generate()
    given = Settings(sealing_keys=SecretStr(ring.to_text()), sealing_keys_file=path)
    assert keyring_source(given)() == ring
    with pytest.raises(NotAvailable, match="SUXIN_SEALING_KEYS"):
        keyring_source(Settings(sealing_keys=SecretStr("geheim")))


def test_the_data_folders_own_keys_are_found(path):
    assert with_own_keys(Settings(data_dir=path.parent)).sealing_keys_file == path
    assert with_own_keys(Settings(data_dir=path.parent / "x")).sealing_keys_file is None
