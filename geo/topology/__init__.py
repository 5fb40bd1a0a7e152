"""Who is next to whom: the rule, adjacency, cells, plans and the verbs that edit them."""
