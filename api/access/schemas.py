"""What is asked and answered about accounts, sessions and tokens. Unknown fields are refused, not ignored."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.access.roles import Role

Login = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=64)]
Password = Annotated[str, Field(max_length=200)]
Digits = Annotated[str, StringConstraints(pattern=r"^([0-9]{6})?$")]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=4, max_length=400, pattern=r"^[^\x00-\x1f\x7f\\]*$")
]


class Asked(BaseModel):
    """What every request body shares: a field nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Read(BaseModel):
    """What every answer shares: it is never changed once made."""

    model_config = ConfigDict(frozen=True)


class SessionCreate(Asked):
    """A name and a password; six digits where a second factor is set."""

    login: Login
    password: Password
    code: Digits = ""


class DemoRead(Read):
    """A demo account of the sample; all of them share one password, and work on the machine itself only."""

    login: str
    role: Role
    password: str


class OidcRead(Read):
    """Whether one may log in through the office's own provider."""

    offered: bool
    label: str


class PostRead(Read):
    """A role held at a place."""

    id: UUID
    role: Role
    post: str
    post_zh: str = Field(description="What the post is called, in both languages; empty for a bare role.")
    post_en: str
    level: str
    place_id: UUID | None
    place_name: str | None
    since: datetime
    until: datetime | None


class MeRead(Read):
    """Who one is, and the word that changing requests carry in the header X-Minqing-CSRF."""

    login: str
    name: str
    visitor: bool = Field(description="Nobody has logged in; the sample lets strangers look round.")
    roles: list[Role]
    posts: list[PostRead]
    second_factor: bool
    first_password: bool = Field(description="Somebody else made this password; our pages ask for one's own first.")
    csrf: str


class DeviceRead(Read):
    """One place where one is logged in."""

    id: UUID
    device: str
    address: str
    created_at: datetime
    seen_at: datetime
    current: bool


class PasswordUpdate(Asked):
    """The old password and the new."""

    old: Password
    new: Password


class TotpRead(Read):
    """A second factor to be set up: the secret, the address that apps take, and the picture of it they scan."""

    secret: str
    address: str
    picture: str = Field(description="A QR code: an SVG as a data: address.")


class TotpUpdate(Asked):
    """The secret that was offered, and six digits to show that the app knows it."""

    secret: Annotated[str, StringConstraints(pattern=r"^[A-Z2-7]{32}$")]
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class PasswordProof(Asked):
    """The password, shown again before something is taken away."""

    password: Password


class TokenCreate(Asked):
    """A token for a machine."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    scopes: Annotated[list[Literal["read", "write"]], Field(min_length=1, max_length=2)] = ["read"]
    days: Annotated[int, Field(ge=1, le=366)] = 90


class TokenRead(Read):
    """A token without its secret."""

    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime


class TokenMade(TokenRead):
    """A new token; the secret is shown this once."""

    token: str
