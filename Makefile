# Installs what is missing, then does the work. PYTHON=python3.12 chooses the Python of .venv.

.PHONY: help demo gallery test test-all lint clean

help: ## this list
	@awk -F ': ## ' '/^[a-z-]+: ## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

# One beat first: there is something to look at within a minute, and the film does not draw it again.
demo: ## a first clip, then the film ring_allreduce in English and Chinese at 480p15, under renders/
	@./setup.sh
	.venv/bin/mathviz render ring_allreduce --quality low --fps 15 --lang en --beats every_link_adds_at_once
	.venv/bin/mathviz render ring_allreduce --quality low --fps 15

gallery: ## all films in both themes, and the site that shows them: renders/site/index.html
	@./setup.sh
	.venv/bin/mathviz render --theme all
	.venv/bin/mathviz gallery

# One process for each core; who is done first takes over from the other.
PARALLEL = -n logical --maxprocesses 4 --dist worksteal

test: ## ruff, mypy, every test that is not slow; of films what no digest proves, and a sample
	@./setup.sh test
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/pytest -m "not slow" $(PARALLEL)

test-all: ## ruff, mypy, every test, every film; SHARD=1/4 runs one of four parts
	@./setup.sh test-all
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/pytest --everything $(if $(SHARD),--shard $(SHARD)) $(PARALLEL)

lint: ## ruff and mypy
	@./setup.sh
	.venv/bin/ruff check .
	.venv/bin/mypy

clean: ## removes films and caches; .venv stays
	if [ -d renders ]; then find renders -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +; fi
	find . -name .venv -prune -o -name __pycache__ -prune -exec rm -rf {} +
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
