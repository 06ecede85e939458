"""The key file: read anew whenever it was replaced, so that a key version added while processes run is known to them."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

import structlog

from suxin.kernel.sealing import Keyring, KeyringInvalid, KeyringSource
from suxin_server.cluster import write_secret
from suxin_server.data_folder import KEYS_NAME, exclusively
from suxin_server.faults import Fault, NotAvailable
from suxin_server.settings import Settings

log = structlog.get_logger("suxin.keys")

_Mark = tuple[int, int, int]


class KeysUnfit(Fault):
    """The keys are not what the command or the database needs; nothing was changed."""

    exit_code = 11


class KeyFile:
    """The file that holds the keyring; calling it gives the keyring as the file holds it now."""

    def __init__(self, path: Path) -> None:
        """Read the file for the first time.

        :raises NotAvailable: if it cannot be read or is no keyring
        """
        # Where a link names the file, the file is replaced and not the link.
        self._path = path.resolve()
        self._lock = Lock()
        try:
            self._mark, self._keyring = self._mark_now(), self._read()
        except OSError as error:
            raise NotAvailable(
                zh=f"读不到密钥文件 {path}",
                en=f"cannot read the key file {path}: {error.strerror}",
            ) from None
        except (KeyringInvalid, UnicodeDecodeError) as error:
            raise NotAvailable(
                zh=f"密钥文件 {path} 不是有效的密钥环", en=f"the key file {path}: {error}"
            ) from None

    def __call__(self) -> Keyring:
        """Return the keyring; one look at the file's time, number and size tells whether it was replaced."""
        try:
            mark = self._mark_now()
            if mark != self._mark:
                with self._lock:
                    self._keyring, self._mark = self._read(), mark
                log.info("key file read anew", versions=list(self._keyring.versions))
        except (OSError, KeyringInvalid, UnicodeDecodeError) as error:
            # What was read before still opens everything that is there; whoever replaced the file must see this.
            log.warning("key file cannot be read", why=type(error).__name__)
        return self._keyring

    def change(self, make: Callable[[Keyring], Keyring]) -> Keyring:
        """Replace the keyring by what is made of it, whole or not at all, and return the new one.

        The file keeps its owner, and only its owner reads it.

        :raises FileBusy: if another command is changing it
        """
        with exclusively(self._path.with_name(f"{self._path.name}.lock")):
            changed = make(self._read())
            write_secret(self._path, changed.to_text(), owner_of=self._path)
        return changed

    def _read(self) -> Keyring:
        return Keyring.from_text(self._path.read_text(encoding="utf-8"))

    def _mark_now(self) -> _Mark:
        found = self._path.stat()
        return found.st_mtime_ns, found.st_ino, found.st_size


def keyring_source(settings: Settings) -> KeyringSource:
    """Return where the keyring comes from: the key file, read anew when it is replaced, or the text of a setting.

    :raises NotAvailable: if neither is set, or what is set holds no keyring
    """
    if settings.sealing_keys is None and settings.sealing_keys_file is not None:
        return KeyFile(settings.sealing_keys_file)
    try:
        keyring = Keyring.from_text(settings.need("sealing_keys"))
    except KeyringInvalid as error:
        raise NotAvailable(
            zh="SUXIN_SEALING_KEYS 不是有效的密钥环", en=f"SUXIN_SEALING_KEYS: {error}"
        ) from None
    return lambda: keyring


def with_own_keys(settings: Settings) -> Settings:
    """Return the settings with the data folder's own key file, where no keys are set."""
    own = settings.data_dir / KEYS_NAME
    if settings.sealing_keys is None and settings.sealing_keys_file is None and own.is_file():
        return settings.model_copy(update={"sealing_keys_file": own})
    return settings


def own_key_file(settings: Settings) -> KeyFile:
    """Return the key file, to change it.

    :raises KeysUnfit: if the keys are the text of a setting, which no command can change
    :raises NotAvailable: if no keys are set, or the file holds none
    """
    if settings.sealing_keys is not None:
        raise KeysUnfit(
            zh="密钥由 SUXIN_SEALING_KEYS 直接给出，无法修改；请放入文件并设置 SUXIN_SEALING_KEYS_FILE",
            en="the keys are the text of SUXIN_SEALING_KEYS, which cannot be changed from here;"
            " put them into a file and name it in SUXIN_SEALING_KEYS_FILE",
        )
    return KeyFile(Path(settings.need("sealing_keys_file")))
