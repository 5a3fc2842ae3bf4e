# Two commands do everything: `make demo` and `make test`. Both use one debug build.
.PHONY: demo test setup build lint check bench bench-paper soak deb check-deb fuzz mutants vectors interop clean-demo

demo: setup
	swift build --product carepass
	swift build --product carepassd
	swift build --product carepass-scan
	"$$(swift build --show-bin-path)/carepass" demo

# Suites that wait for sockets run by themselves: others keep every thread busy for minutes.
WAITING = "PassportClientTests|PassportServerTests"

test: setup venv
	swift build --build-tests
	scripts/report-skipped.py sh -c 'swift test --skip-build --filter $(WAITING) \
		&& swift test --skip-build --skip $(WAITING) --skip StoryTests \
		&& swift test --skip-build --filter StoryTests && scripts/check-dependencies.py \
		&& .venv/bin/python Tests/Interop/run.py && scripts/check-exchange.sh'

setup:
	scripts/setup.sh
	scripts/check-locales.py

venv:
	scripts/venv.sh

build:
	scripts/check-locales.py
	swift build --build-tests

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	scripts/check-style.py
	scripts/check-locales.py

check:
	scripts/check-dependencies.py

# Measures the programs that are shipped.
bench: setup
	"$$(scripts/build-release.sh carepassd carepass-bench)/carepass-bench"
	scripts/bench-paper.sh

# Damages sheets in thirteen ways and counts what comes back; photographs of other codes as well.
bench-paper: setup
	scripts/bench-paper.sh

# Kills daemons at 3,000 moments instead of 300.
soak: setup
	swift build --build-tests
	CAREPASS_SOAK=1 swift test --skip-build --filter KillTests

fuzz: setup
	scripts/fuzz.sh

mutants: setup
	scripts/mutate.py

vectors:
	swift build --product passport-vectors
	swift build --product carepass-scan
	"$$(swift build --show-bin-path)/passport-vectors" write TestVectors

deb: setup
	scripts/make-deb.sh

check-deb: setup
	python3 Tests/Packaging/run.py --release
