"""A believable study to look at: invented people, eighteen months of history, one seed."""
