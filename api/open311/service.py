"""Issues as GeoReport v2 tells them: open or closed, our own state in ``status_notes``, times in UTC with Z."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import text

from api.errors import InvalidError, NotFoundError
from api.geometry import Latitude, Longitude  # noqa: TC001  # pydantic reads the annotations of ``Posted``
from api.issues import report
from api.issues.matter import SETTLED, Status
from api.issues.schemas import PlaceSaid, ReportCreate, ReporterSaid
from api.issues.sheets import STATUS_ZH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.keyring import Keyring
    from api.issues.report import Sender

NAMESPACE = UUID("6f311a0e-0311-4000-8000-000000000311")
CATEGORIES = text("""
SELECT c.code, c.zh, c.en, p.zh AS top_zh, p.en AS top_en
  FROM issue_category c JOIN issue_category p ON p.code = c.parent
 WHERE c.active AND c.public ORDER BY p.rank, c.rank
""")
PUBLIC = text("""
SELECT * FROM public_issues(CAST(:categories AS text[]), CAST(:statuses AS text[]), CAST(:since AS timestamptz),
  CAST(:until AS timestamptz), NULL, NULL, NULL, :most)
""")
NAMES = text("SELECT code, zh FROM issue_category WHERE parent IS NOT NULL")
ONE = text("SELECT * FROM public_issue(:code)")
MOST, SPAN = 1000, timedelta(days=90)
"""The specification's: what is asked for without more is ninety days, or a thousand requests."""
BEFORE_ANY = datetime(1970, 1, 1, tzinfo=UTC)
OWN = text("""
SELECT i.code, i.description, i.address, coalesce(g.media_url, '') AS media_url
  FROM issue i JOIN issue_reporter r ON r.issue_id = i.id AND r.account_id = (SELECT me('account'))
  LEFT JOIN issue_georeport g ON g.issue_id = i.id WHERE i.code = ANY(CAST(:codes AS text[]))
""")
KEEP = text("""
INSERT INTO issue_georeport (issue_id, media_url, email_sealed, device_id)
VALUES (:id, :media_url, :email, :device_id) ON CONFLICT (issue_id) DO NOTHING
""")
BUILDING = text("SELECT lon, lat, fits FROM building_at(:said)")
NO_SERVICE = NotFoundError("没有这个服务代码。", "There is no such service_code.")
NO_REQUEST = NotFoundError("没有这个 service_request_id。", "There is no such service_request_id.")


class RequestQuery(BaseModel):
    """GET requests: every parameter of the specification that we answer to."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    service_request_id: Annotated[str, Field(max_length=4000)] = ""
    service_code: Annotated[str, Field(max_length=2000)] = ""
    start_date: datetime | None = None
    end_date: datetime | None = None
    status: Annotated[str, Field(max_length=40)] = ""
    extensions: bool = False
    """Whether our own facts come along as ``extended_attributes``."""
    page: Annotated[int, Field(ge=1, le=100)] = 1
    page_size: Annotated[int, Field(ge=1, le=MOST)] = MOST


def z(moment: datetime | None) -> str | None:
    """A time as the specification writes it.

    >>> z(datetime(2026, 11, 25, 8, 0, tzinfo=UTC))
    '2026-11-25T08:00:00Z'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None


def discovery(base: str) -> dict[str, Any]:
    """What this endpoint is, for programs that look for it."""
    formats = ["application/json", "text/xml"]
    return {
        "changeset": "2026-11-25T00:00:00Z",
        "contact": "本街道综治中心 / the subdistrict's governance centre",
        "key_service": "api_key 即访问令牌:./minqing token 用户 --write / an access token that may write",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": f"{base}/open311/v2",
                "changeset": "2026-11-25T00:00:00Z",
                "type": "production",
                "formats": formats,
            }
        ],
    }


async def services(session: AsyncSession) -> list[dict[str, Any]]:
    """Every public category as a service."""
    return [_service(row) for row in (await session.execute(CATEGORIES)).mappings()]


def _service(row: RowMapping) -> dict[str, Any]:
    return {
        "service_code": row["code"],
        "service_name": row["zh"],
        "description": f"{row['top_zh']} · {row['zh']} / {row['top_en']} · {row['en']}",
        "metadata": False,
        "type": "realtime",
        "keywords": f"{row['zh']},{row['en']}",
        "group": row["top_zh"],
    }


async def service(session: AsyncSession, code: str) -> dict[str, Any]:
    """One service; it wants no more than a place and words.

    Raises:
        NotFoundError: there is none of that code.
    """
    if code not in {row["code"] for row in (await session.execute(CATEGORIES)).mappings()}:
        raise NO_SERVICE
    return {"service_code": code, "attributes": []}


async def requests(session: AsyncSession, wanted: RequestQuery) -> list[dict[str, Any]]:
    """Public issues of at most ninety days, the newest first."""
    names = await _names(session)
    if wanted.service_request_id:
        codes = list(dict.fromkeys(part.strip() for part in wanted.service_request_id.upper().split(",")))[:100]
        found = [row for code in codes for row in (await session.execute(ONE, {"code": code})).mappings()]
        return await _told(session, found, names, more=wanted.extensions)
    start, end = span_of(_aware(wanted.start_date), _aware(wanted.end_date), datetime.now(UTC))
    values = {
        "categories": [code for code in wanted.service_code.split(",") if code] or None,
        "statuses": _statuses(wanted.status),
        "since": start,
        "until": end,
        "most": MOST,
    }
    rows = (await session.execute(PUBLIC, values)).mappings().all()
    first = (wanted.page - 1) * wanted.page_size
    return await _told(session, rows[first : first + wanted.page_size], names, more=wanted.extensions)


async def _told(
    session: AsyncSession, rows: Sequence[RowMapping], names: dict[str, str], *, more: bool
) -> list[dict[str, Any]]:
    """The rows as requests; what the asker has posted under this key, with its own words and picture."""
    codes = [row["code"] for row in rows]
    own = {row["code"]: row for row in (await session.execute(OWN, {"codes": codes})).mappings()}
    return [_request(row, names, own.get(row["code"]), more=more) for row in rows]


async def _names(session: AsyncSession) -> dict[str, str]:
    return {row["code"]: row["zh"] for row in (await session.execute(NAMES)).mappings()}


def span_of(start: datetime | None, end: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """Ninety days at most: those from the beginning that was named, else those up to the end.

    >>> [f"{at:%m-%d}" for at in span_of(datetime(2026, 3, 1, tzinfo=UTC), None, datetime(2026, 11, 25, tzinfo=UTC))]
    ['03-01', '05-30']
    """
    first, last = (min(max(at or BEFORE_ANY, BEFORE_ANY), now) for at in (start, end or now))
    return (first, min(first + SPAN, now)) if start and not end else (max(first, last - SPAN), last)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _statuses(said: str) -> list[str] | None:
    wanted = {word for word in said.split(",") if word in ("open", "closed")}
    if len(wanted) != 1:
        return None
    return [status.value for status in Status if (status in SETTLED) == ("closed" in wanted)]


async def request(session: AsyncSession, code: str, *, more: bool = False) -> dict[str, Any]:
    """One public issue.

    Raises:
        NotFoundError: there is none, or it is not public.
    """
    row = (await session.execute(ONE, {"code": code.upper()})).mappings().first()
    if row is None:
        raise NO_REQUEST
    return (await _told(session, [row], await _names(session), more=more))[0]


def _request(row: RowMapping, names: dict[str, str], own: RowMapping | None, *, more: bool) -> dict[str, Any]:
    status = Status(row["status"])
    extended = {"x_status": status.value, "x_status_zh": STATUS_ZH[status], "x_me_too": row["me_too"]}
    told = {
        "service_request_id": row["code"],
        "status": "closed" if status in SETTLED else "open",
        "status_notes": f"{STATUS_ZH[status]} / {status.value}",
        "service_name": names.get(row["category"], row["category"]),
        "service_code": row["category"],
        "description": own["description"] if own else "",
        "agency_responsible": row["body"] or "",
        "service_notice": "",
        "requested_datetime": z(row["reported_at"]),
        "updated_datetime": z(row["changed_at"]),
        "expected_datetime": z(row["due_at"]),
        "address": (own["address"] if own else "") or row["community"],
        "address_id": None,
        "zipcode": "",
        "lat": round(row["lat"], 5),
        "long": round(row["lon"], 5),
        "media_url": (own["media_url"] if own else "") or None,
    }
    return {**told, "extended_attributes": extended} if more else told


class Posted(BaseModel):
    """The form of POST requests."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    service_code: Annotated[str, Field(min_length=1, max_length=81)]
    lat: Latitude | None = None
    long: Longitude | None = None
    address_string: Annotated[str, Field(max_length=200)] = ""
    description: Annotated[str, Field(max_length=4000)] = ""
    first_name: Annotated[str, Field(max_length=25)] = ""
    last_name: Annotated[str, Field(max_length=25)] = ""
    phone: Annotated[str, Field(max_length=20, pattern=r"^[0-9+ -]*$")] = ""
    email: Annotated[str, Field(max_length=100, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    device_id: Annotated[str, Field(max_length=100)] = ""
    media_url: Annotated[str, Field(max_length=1000, pattern=r"^https?://[^\s<>\"]+$")] | None = None
    address_id: Annotated[str, Field(max_length=100)] = ""
    account_id: str = ""
    format: Literal["json", "xml"] = "json"


async def post(
    session: AsyncSession, sender: Sender, form: dict[str, str], *, key: UUID, now: datetime
) -> dict[str, Any]:
    """Report something as the holder of an api_key.

    Raises:
        InvalidError: a field is missing or wrong.
    """
    try:
        said = Posted.model_validate(form)
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:5])
        raise InvalidError(f"请求有误:{where}", f"The request is not valid: {where}") from error
    lon, lat = await _where(session, said)
    wanted = ReportCreate(
        category=said.service_code,
        place=PlaceSaid(lon=lon, lat=lat, located="pin" if said.lat is not None else "address"),
        description=said.description,
        address=said.address_string,
        reporter=ReporterSaid(name=f"{said.last_name}{said.first_name}", phone=said.phone),
        source="open311",
    )
    receipt, is_new = await report.take_in(session, sender, key, wanted, now=now)
    if is_new:
        await _keep(session, sender.ring, key, said)
    return {"service_request_id": receipt.code, "service_notice": "", "account_id": None}


async def _where(session: AsyncSession, said: Posted) -> tuple[float, float]:
    """The point that was given; without one, the building that the address names.

    Raises:
        InvalidError: there is no point, and the address names no building that is known, or several.
    """
    if said.lat is not None and said.long is not None:
        return said.long, said.lat
    words = said.address_id or said.address_string
    if not words:
        raise InvalidError(
            "请给出 lat 和 long,或 address_string。", "Give lat and long, or an address_string: one of them is wanted."
        )
    row = (await session.execute(BUILDING, {"said": words})).mappings().one()
    if row["fits"] == 0:
        raise InvalidError(
            f"没有找到地址“{words[:60]}”对应的楼栋,请给出 lat 和 long,或写明小区和楼栋。",
            f"No building is known by “{words[:60]}”; give lat and long, or name the compound and the building.",
        )
    if row["fits"] > 1:
        raise InvalidError(
            f"地址“{words[:60]}”对应 {row['fits']} 栋楼,请写明是哪一栋,或给出 lat 和 long。",
            f"{row['fits']} buildings fit “{words[:60]}”; say which one, or give lat and long.",
        )
    return row["lon"], row["lat"]


async def _keep(session: AsyncSession, ring: Keyring, key: UUID, said: Posted) -> None:
    """Keep what only GeoReport brings: the picture's address, and the sender's, sealed."""
    email = ring.seal(said.email, about=f"issue_georeport.email {key}") if said.email else None
    kept = {"id": key, "media_url": said.media_url or "", "email": email, "device_id": said.device_id}
    if any(value for name, value in kept.items() if name != "id"):
        await session.execute(KEEP, kept)


def key_of(said: str) -> UUID:
    """The key of a report that a client names by itself (``Idempotency-Key``)."""
    return uuid5(NAMESPACE, said)
