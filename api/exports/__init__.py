"""What goes out: any layer and a whole plan, in the formats and datums that others work with."""
