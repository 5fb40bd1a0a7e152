"""The planner's choice: what another target size would mean for a plan."""
