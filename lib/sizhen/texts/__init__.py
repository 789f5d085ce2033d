"""What buyers wrote: cleaned and masked, judged good or bad, and read for what it is about."""
