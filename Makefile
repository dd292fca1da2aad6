# Two commands for everybody: make demo, make test.
PY := .venv/bin/python
.PHONY: demo test check bench assets pictures clean

demo:            ## the whole job on the emulated tracker, in a window or (without a display) as pictures
	@scripts/setup.sh
	$(PY) -m arguide demo $(ARGS)

test: check      ## style, types, architecture, tests
	$(PY) -m pytest -q -n 2 --dist loadfile

check:
	@scripts/setup.sh test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	PYTHONPATH=sim .venv/bin/lint-imports --no-cache

bench:           ## speed and memory, as a table (without the crowds: make them by name)
	@scripts/setup.sh test
	$(PY) -m bench

assets:          ## make the shipped anatomy and tool files again
	@scripts/setup.sh test
	$(PY) -m arguide_sim.anatomy.shipped assets/scenarios
	$(PY) hardware/make_tools.py
	$(PY) hardware/make_phantom.py
	$(PY) -m arguide scenario picture

pictures:        ## make the pictures of the pages again
	@scripts/setup.sh test
	$(PY) docs/draw.py
	$(PY) docs/drawing/anatomy_picture.py
	$(PY) docs/drawing/phantom_picture.py
	$(PY) docs/drawing/start_picture.py
	$(PY) docs/drawing/board_picture.py
	$(PY) docs/drawing/session_pictures.py

clean:
	rm -rf .venv build dist
