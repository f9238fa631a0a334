"""What a server said of its pending updates: the border at which its words become typed data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from infogere.errors import InfogereError

PackageName = Annotated[str, StringConstraints(max_length=200, pattern=r"^[a-z0-9][a-z0-9+.-]*(:[a-z0-9-]+)?$")]
VersionText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9.+~:-]+$")]
Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[A-Za-z0-9_.@:/ +-]*$")]


class _Said(BaseModel):
    # A newer module may say more; what is not known is not believed either.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Archive(_Said):
    origin: Word = ""
    label: Word = ""
    suite: Word = ""
    codename: Word = ""
    site: Word = ""

    @property
    def name(self) -> str:
        """``Debian-Security oldstable-security``, for people; empty if the package is in no archive."""
        return f"{self.label or self.origin or self.site} {self.suite or self.codename}".strip()


class Relative(_Said):
    package: PackageName
    installed: VersionText


class PendingChange(_Said):
    """One member of APT's transaction; see the module ``pending_updates``."""

    package: PackageName
    installed: VersionText | None
    candidate: VersionText | None
    archive: Archive = Archive()
    security: bool = False
    download_bytes: int = 0
    disk_bytes: int = 0
    needs: tuple[PackageName, ...] = ()
    services: tuple[Word, ...] = ()
    relatives: tuple[Relative, ...] = ()


class HeldUpdate(_Said):
    """A newer version that the transaction leaves out."""

    package: PackageName
    installed: VersionText
    candidate: VersionText
    why: Literal["hold", "kept-back"]
    security: bool = False


class Pending(_Said):
    """Everything that the server said."""

    changes: Annotated[tuple[PendingChange, ...], Field(max_length=2000)]
    held: tuple[HeldUpdate, ...] = ()
    broken: tuple[PackageName, ...] = ()
    lists_from: int = 0
    reboot: bool = False
    reboot_pending: bool = False


def pending_of(server: str, said: Mapping[str, Any]) -> Pending:
    """The module's result, checked.

    Raises:
        InfogereError: it has not the form of one, or the server's packages are broken.
    """
    try:
        pending = Pending.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InfogereError(
            f"{server}: its list of updates is none: {where}: {first['msg']}",
            way_out="look at the server: apt-get -s dist-upgrade",
        ) from None
    if pending.broken:
        raise InfogereError(
            f"{server}: unmet dependencies of {', '.join(pending.broken[:5])}",
            way_out="mend it first: apt-get -f install",
        )
    return pending
