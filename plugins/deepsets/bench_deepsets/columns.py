"""What an energy-flow network reads of a particle."""

DIRECTIONS = ("part_deltaR", "part_deta", "part_dphi", "lead_deta", "lead_dphi")
"""What its network for a particle reads."""
SHARE, LEAD, SECOND = "part_logptrel", "in_lead", "in_second"
"""What its sums are weighted by, and over."""
