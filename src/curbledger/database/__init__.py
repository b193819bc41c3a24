"""PostgreSQL: the embedded one, the role, and the scope that keeps one client's rows from another's."""
