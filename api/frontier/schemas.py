"""What a planner is told of other target sizes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ChoiceRead(BaseModel):
    """What a plan for one target size looks like; nothing of it is written down."""

    model_config = ConfigDict(frozen=True)

    target: int = Field(description="Wished-for households of a grid.")
    grids: int
    violation: int = Field(description="Households by which grids miss the rule, summed.")
    split_buildings: int = Field(description="Buildings whose households belong to more than one grid.")
    split_units: int = Field(description="Stairwells whose households belong to more than one grid.")
    mean_walk_m: float = Field(description="Metres from a home to the middle of its grid, on average.")
    balance: float = Field(description="Standard deviation of the grids' households over their mean.")
    current: bool = Field(description="Whether the plan wishes for this size now.")


class FrontierRead(BaseModel):
    """Choices in rising order of target; ``complete`` unless the deadline cut in."""

    model_config = ConfigDict(frozen=True)

    choices: list[ChoiceRead]
    complete: bool
    seconds: float
