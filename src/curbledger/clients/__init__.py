"""Who runs parking here: clients, their tokens, and their policy for collections."""
