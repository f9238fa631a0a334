"""The customer's last word on each package, from the record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from infogere.patching.choices import choices_of
from infogere.record.kinds.maintenance import CustomerChoice
from infogere.record.store import Store


def test_the_last_word_counts_until_its_day(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    assert choices_of(url, "web1", date(2026, 11, 23)) == {}

    def said(choice: str, *packages: str, until: str | None = None, server: str = "web1") -> CustomerChoice:
        return CustomerChoice.model_validate(
            {
                "terms": "HBT-20220901-01",
                "server": server,
                "contract": "OF-1",
                "proposal": f"Q-{choice}",
                "choice": choice,
                "packages": packages,
                "by": "ada",
                "said": "2026-11-01T09:00:00Z",
                "until": until,
                "reason": "a sale is on",
            }
        )

    with Store(url, tmp_path) as store:
        store.append(said("refused", "nginx", "openssl"))
        store.append(said("agreed", "nginx"))
        store.append(said("deferred", "mariadb-server", until="2026-12-01"))
        store.append(said("refused", "nginx", server="web2"))
    before = choices_of(url, "web1", date(2026, 11, 30))
    assert {name: choice.choice for name, choice in before.items()} == {
        "nginx": "agreed",
        "openssl": "refused",
        "mariadb-server": "deferred",
    }
    assert before["nginx"].proposal == "Q-agreed"
    assert "mariadb-server" not in choices_of(url, "web1", date(2026, 12, 1))
