"""What to call the staff member behind an entry: the name they gave, or their role."""

from __future__ import annotations

from sqlalchemy import Connection, select

from sayso.services.access import Reach
from sayso.store.sealed import Keyring
from sayso.store.tables import staff, staff_site


def names_of(connection: Connection, keys: Keyring, within: Reach) -> dict[int, str]:
    """Names by row id, of everybody who works at a site within reach and of the asker.

    Others are left out: who works elsewhere is none of this site's business, and their entries
    are shown without a name.
    """
    here = select(staff_site.c.staff_id).where(staff_site.c.site_id.in_(within.sites))
    rows = connection.execute(
        select(staff.c.id, staff.c.name_sealed, staff.c.role).where(
            staff.c.id.in_(here)
            | (staff.c.id == within.actor.id)
            | (staff.c.role == "administrator")
        )
    )
    return {row.id: keys.open(row.name_sealed) if row.name_sealed else row.role for row in rows}
