"""Logging in and out, and one's own account, over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status
from sqlalchemy import text

from api.access import admission, demo, forgery, keyring, login, own
from api.access.admission import Asking, Member
from api.access.keyring import Keyring
from api.access.passwords import Kiln
from api.access.roles import Role
from api.access.schemas import (
    DemoRead,
    DeviceRead,
    MeRead,
    PasswordProof,
    PasswordUpdate,
    SessionCreate,
    TokenCreate,
    TokenMade,
    TokenRead,
    TotpRead,
    TotpUpdate,
)
from api.database import OpenSession, Session
from api.errors import ForbiddenError

router = APIRouter(prefix="/api", tags=["account"])

NOTHING = status.HTTP_204_NO_CONTENT


def the_kiln(request: Request) -> Kiln:
    """Where this process hashes."""
    kiln: Kiln = request.app.state.kiln
    return kiln


def the_ring(request: Request) -> Keyring:
    """The keys for personal data, made on first use."""
    return keyring.read(keyring.file_in(request.app.state.settings.data_dir))


TheKiln = Annotated[Kiln, Depends(the_kiln)]
TheRing = Annotated[Keyring, Depends(the_ring)]


@router.post("/session", status_code=NOTHING)
async def log_in(request: Request, response: Response, shown: SessionCreate, kiln: TheKiln, ring: TheRing) -> None:
    """Log in: the session's cookie comes back."""
    if not forgery.from_our_page(request):
        raise ForbiddenError("请在本站页面登录。", "Log in from our own page.")
    device = request.headers.get("user-agent", "")
    caller = login.Caller(admission.address_of(request), device, admission.on_this_machine(request))
    proof = login.Proof(shown.login, shown.password, shown.code)
    cookie = await login.log_in(request.app.state.engine, kiln, ring, proof, caller)
    admission.hand_out(request, response, cookie)


@router.get("/demo")
async def read_demo(request: Request, session: OpenSession) -> list[DemoRead]:
    """The sample's demo accounts; none elsewhere, and none seen from another machine."""
    if not admission.on_this_machine(request):
        return []
    rows = (await session.execute(text("SELECT login, role FROM demo_logins()"))).all()
    return [DemoRead(login=login, role=Role(role), password=demo.PASSWORD) for login, role in rows]


@router.delete("/session", status_code=NOTHING)
async def log_out(session: Session, asker: Member, response: Response) -> None:
    """Log out here."""
    if asker.session_id is not None:
        await own.end_device(session, asker.session_id)
    response.delete_cookie(admission.COOKIE, path="/")


@router.get("/me")
async def read_me(session: Session, asker: Asking, request: Request) -> MeRead:
    """Who one is, with which roles where."""
    return await own.read_me(session, asker, request.cookies.get(admission.COOKIE))


@router.get("/me/sessions")
async def read_devices(session: Session, asker: Member) -> list[DeviceRead]:
    """Where one is logged in."""
    return await own.devices(session, asker)


@router.delete("/me/sessions/{session_id}", status_code=NOTHING)
async def end_device(session: Session, _: Member, session_id: UUID) -> None:
    """Log out elsewhere, at once."""
    await own.end_device(session, session_id)


@router.put("/me/password", status_code=NOTHING)
async def change_password(session: Session, asker: Member, kiln: TheKiln, update: PasswordUpdate) -> None:
    """Change one's password; every other session ends."""
    await own.change_password(session, kiln, asker, old=update.old, new=update.new)


@router.post("/me/totp")
async def offer_totp(asker: Member) -> TotpRead:
    """A second factor to set up."""
    return own.offer_totp(asker)


@router.put("/me/totp", status_code=NOTHING)
async def set_totp(session: Session, asker: Member, ring: TheRing, update: TotpUpdate) -> None:
    """Ask for six digits at every log-in from now on."""
    await own.set_totp(session, ring, asker, update)


@router.delete("/me/totp", status_code=NOTHING)
async def drop_totp(session: Session, asker: Member, kiln: TheKiln, proof: PasswordProof) -> None:
    """Ask for the password alone again."""
    await own.drop_totp(session, kiln, asker, proof.password)


@router.get("/me/tokens")
async def read_tokens(session: Session, asker: Member) -> list[TokenRead]:
    """One's tokens for machines."""
    return await own.tokens(session, asker)


@router.post("/me/tokens", status_code=status.HTTP_201_CREATED)
async def make_token(session: Session, asker: Member, wanted: TokenCreate) -> TokenMade:
    """Make a token; its secret is shown this once."""
    return await own.make_token(session, asker, wanted)


@router.delete("/me/tokens/{token_id}", status_code=NOTHING)
async def end_token(session: Session, _: Member, token_id: UUID) -> None:
    """End a token, at once."""
    await own.end_token(session, token_id)
