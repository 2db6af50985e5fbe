"""How far `bench run --executor ray` goes: costs of a task, measured, and a simulation of up to 1,000 devices."""
