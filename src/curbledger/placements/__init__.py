"""The handoff: agencies, batches, revisions, chunks, placements; claim, render, deliver, reopen, replay."""
