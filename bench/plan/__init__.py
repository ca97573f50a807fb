"""What a run would cost and how much it would tell, before anything is fitted."""
