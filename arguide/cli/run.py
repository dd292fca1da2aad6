"""`arguide run`: the whole job with a real tracker and a real person."""

import argparse

from arguide.cli.ar import add_ar
from arguide.cli.igtl_server import add_igtl_server
from arguide.cli.options import add_calibrate, add_guidance, add_scenario_choice, add_showing, add_trainee
from arguide.cli.scenario import Subparsers

EXAMPLES = """examples:
  arguide run lumbar-facet --port /dev/ttyUSB0 --profile polaris-spectra
  arguide run lumbar-facet --port COM3 --profile my-bench.toml
  arguide run lumbar-facet --port COM3 --profile my-bench.toml --calibrate pivot,spin
  arguide run my-patient --port socket://192.168.1.10:8765 --profile polaris-vega
  arguide run lumbar-facet --port socket://127.0.0.1:18944 --profile openigtlink
  arguide run lumbar-facet --port camera://0 --profile webcam --ar
  arguide run lumbar-facet --port COM3 --profile my-bench.toml --ar camera://0
  arguide run lumbar-facet --port replay://session.mcap
  arguide run lumbar-facet --port "sim://polaris?scenario=lumbar-facet"

The space bar (or the tool's button) goes on, R measures again, H shows all keys, Q leaves."""


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "run",
        help="practise with a real tracker",
        description="Calibrate the stylus, register the phantom and be guided, with a tracker on a serial line.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("scenario", help="name of a shipped scenario, or a folder")
    command.add_argument(
        "--port", required=True, help="device path, COM port, any pyserial address, sim://… or replay://FILE"
    )
    command.add_argument("--profile", default="emulated", help="tracker profile: a shipped name or a TOML file")
    add_scenario_choice(command)
    add_calibrate(command)
    add_guidance(command)
    add_trainee(command)
    add_showing(command)
    add_igtl_server(command)
    add_ar(command)
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Open the tracker and do the whole job."""
    from arguide.asset_files import find_profile, find_scenario
    from arguide.cli.job import Job, carry_out, new_folder, window_possible
    from arguide.cli.options import looks_of, plan_of, size_of
    from arguide.guidance.state import Level
    from arguide.settings.calibration_store import CalibrationStore
    from arguide.settings.profile_file import read_profile
    from arguide.settings.scenario_file import read_scenario

    scenario, window = read_scenario(find_scenario(given.scenario)), not given.headless and window_possible()
    job = Job(
        scenario=scenario,
        plan=plan_of(scenario, given.plan),
        profile=read_profile(find_profile(given.profile)),
        port=given.port,
        out=new_folder(given.out),
        size=size_of(given.size, window),
        window=window,
        lasting=True,
        # Tools that are recorded or simulated are not the ones of the store.
        store=None if given.port.startswith(("replay://", "sim://")) else CalibrationStore(),
        remarks={"trainee": given.trainee} if given.trainee else {},
        calibrate=given.calibrate,
        guidance=Level(given.guidance),
        muted=given.mute,
        looks=looks_of(given),
        curtain=given.curtain,
        igtl_server=given.igtl_server,
        ar=given.ar,
    )
    return carry_out(job)
