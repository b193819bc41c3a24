"""What a client's rows come to: the figures of *Today*, and reports on screen, as files and by mail."""
