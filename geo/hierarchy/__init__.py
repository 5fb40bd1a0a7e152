"""Who belongs to whom: levels, codes, nesting."""
