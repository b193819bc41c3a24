"""The house's own lint: rules that ruff, mypy and import-linter do not know. Run with `python -m tools.lint`.

A rule is a function from a Source to its Findings, in a module of its own, and is listed in `__main__`.
Where a rule must not hold, a comment on the line says so with its reason, such as `# clock: the reason`.
"""
