"""The three stages that a submission goes through: what it is, whether its pictures hold, whether it is fast enough."""
