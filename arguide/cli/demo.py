"""`arguide demo`: the whole job on an emulated tracker, with a simulated trainee; nothing has to be plugged in."""

import argparse

from arguide.cli.igtl_server import add_igtl_server
from arguide.cli.options import add_calibrate, add_guidance, add_scenario_choice, add_showing
from arguide.cli.scenario import Subparsers

EXAMPLES = """examples:
  arguide demo                               in a window, live
  arguide demo --ar                          the plan on the picture of a simulated camera
  arguide demo --headless                    pictures, film, recording and report instead of a window
  arguide demo --headless --fast             the same on a simulated clock
  arguide demo --calibrate template,spin     the needle's own tip and axis are calibrated, too
  arguide demo --scenario my-patient --seed 3
  arguide demo --patient 7                   on a patient nobody has seen before, made from the number 7"""


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "demo",
        help="the whole job on an emulated tracker, nothing plugged in",
        description="Calibrate, register and insert a needle on an emulated tracker that speaks the real wire protocol.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--scenario", default="lumbar-facet", help="name or folder (default: %(default)s)")
    command.add_argument("--patient", type=int, metavar="N", help="generate patient number N and practise on it")
    command.add_argument("--region", default="lumbar", help="of the body, for --patient (default: %(default)s)")
    add_scenario_choice(command)
    add_calibrate(command)
    command.add_argument(
        "--fast", action="store_true", help="simulated clock, as fast as the machine allows; no window"
    )
    command.add_argument("--seed", type=int, default=1, help="another trainee, placement and noise (default: 1)")
    command.add_argument("--profile", help="tracker profile (default: emulated, with --ar emulated-ar)")
    add_guidance(command)
    add_showing(command)
    add_igtl_server(command)
    command.add_argument(
        "--ar", action="store_true", help="draw the plan on the live picture of a simulated camera over the phantom"
    )
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Start the emulated tracker and do the whole job on it."""
    from arguide.asset_files import find_profile, find_scenario
    from arguide.cli.ar import SIM_PROFILE, simulated_camera
    from arguide.cli.emulator import emulated_tracker
    from arguide.cli.options import looks_of, plan_of, size_of
    from arguide.cli.patient import kept_patient
    from arguide.cli.tool_calibrations import methods_wanted
    from arguide.guidance.state import Level
    from arguide.settings.profile_file import read_profile
    from arguide.settings.scenario_file import read_scenario

    if given.patient is not None:
        scenario = read_scenario(kept_patient(given.region, given.patient))
    else:
        scenario = read_scenario(find_scenario(given.scenario))
    plan = plan_of(scenario, given.plan)
    profile = read_profile(find_profile(given.profile or (SIM_PROFILE if given.ar else "emulated")))
    methods = methods_wanted(given.calibrate, scenario, {})
    calibrate = ",".join(methods) or "none"
    with emulated_tracker(
        scenario.file, plan.name, profile, methods, fast=given.fast, seed=given.seed, meanwhile=_load
    ) as port:
        from arguide.cli.job import Job, carry_out, new_folder, window_possible

        window = not (given.headless or given.fast) and window_possible()
        job = Job(
            scenario=scenario,
            plan=plan,
            profile=profile,
            port=port,
            out=new_folder(given.out),
            size=size_of(given.size, window),
            window=window,
            fast=given.fast,
            remarks={"trainee": "simulated", "seed": str(given.seed)},
            calibrate=calibrate,
            guidance=Level(given.guidance),
            muted=given.mute,
            looks=looks_of(given),
            curtain=given.curtain,
            igtl_server=given.igtl_server,
            ar=simulated_camera(scenario, plan, profile, given.seed, calibrate) if given.ar else None,
        )
        return carry_out(job)


def _load() -> None:
    """Load what the session is made of: it takes as long as the emulator does to start."""
    import arguide.cli.job
    import arguide.scene.stage  # noqa: F401
