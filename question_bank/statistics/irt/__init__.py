"""Item response theory over 0/1 scores: Rasch and 2PL, ability, fit, information and equating."""
