"""The pages on which an office says how it works: its lists, its policy, who receives, who may."""
