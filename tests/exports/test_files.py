"""The file of an export by itself: what is being sent stays whole when the file is deleted meanwhile."""

import gzip
from uuid import uuid4

import pytest

from suxin.exports.files import ExportFile, checksum, delete_file, file_of
from suxin.kernel.sealing import Keyring, Sealer

TEXT = b'{"id": "1"}\n' * 20_000


@pytest.fixture
def written(tmp_path):
    file = ExportFile(
        file_of(tmp_path, export_id := uuid4()), export_id, Sealer(Keyring.generate())
    )
    return file, file.append(TEXT, at=0)


def test_what_is_being_sent_stays_whole_when_the_file_is_deleted(written, tmp_path):
    file, until = written
    parts = file.gzip(until=until, crc=checksum(TEXT, 0), length=len(TEXT))
    delete_file(tmp_path, file.export_id)
    assert gzip.decompress(b"".join(parts)) == TEXT


def test_a_deleted_file_is_told_before_anything_is_sent(written, tmp_path):
    file, until = written
    delete_file(tmp_path, file.export_id)
    with pytest.raises(FileNotFoundError):
        file.gzip(until=until, crc=checksum(TEXT, 0), length=len(TEXT))
