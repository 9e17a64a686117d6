"""What the workspace costs: `make bench`. Each table has its yardsticks in the same run; compare ratios."""
