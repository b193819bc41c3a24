"""What happens without anybody calling: the queue, its schedule, and the process that works on it."""
