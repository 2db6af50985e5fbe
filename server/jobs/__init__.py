"""Work that outlives who asked for it: each job runs in a process of its own, and all that is known is in the store."""
