"""What befalls people after they were entered: dispatches, sanctions and departures."""

from datetime import datetime, timedelta

from app.demo.pingliang.organisation import towns
from app.demo.pingliang.places import COUNTIES, KONGTONG
from app.demo.stage import Stage
from app.registry import service

LEAVING = {"KT-0031": "RETIRED", "KT-0047": "RETIRED", "ZL-0015": "RETIRED", "JN-0012": "RETIRED",
           "HT-0017": "RESIGNED", "JC-0018": "TRANSFERRED", "KT-X007": "RESIGNED"}  # fmt: skip
SUSPENDED = "KT-0035"
WITHOUT_PHOTO = ("KT-0122", "CX-0040")


def dispatch(stage: Stage, moment: datetime) -> None:
    """Squads at streets and towns (PL-15): business from the brigade, daily management from the street or town."""
    today = moment.astimezone(stage.zone).date()
    offices = {
        county.agency: [f"{county.agency}-T{n:02d}" for c, n, _ in towns() if c is county] for county in COUNTIES
    }
    for agency, units in offices.items():
        chosen = [one for one in stage.of(agency) if one.cohort == "great"][20 : 20 + 4 * len(units)]
        for index, one in enumerate(chosen):
            if one.code in (SUSPENDED, *LEAVING):
                continue
            service.post(
                stage.session, stage.hand, one.code, unit=units[index % len(units)], kind="DISPATCH",
                business_unit=f"{agency}-D", daily_unit=units[index % len(units)], duty_title="派驻执法队员",
                valid_from=today, today=today, now=moment,
            )  # fmt: skip


def sanctions(stage: Stage, moment: datetime) -> None:
    """A few sanctions of the past year, and one suspension from duty that lasts."""
    reg, today = stage.cast["reg"], moment.astimezone(stage.zone).date()
    for code, kind, basis in (
        ("KT-0041", "WARNING", "工作纪律检查通报(示例)第3号"),
        ("KT-0058", "DEMERIT", "政务处分决定书(示例)第7号"),
        (SUSPENDED, "DUTY_SUSPENSION", "立案调查期间暂停履行职务决定(示例)第2号"),
    ):
        last = None if kind == "DUTY_SUSPENSION" else today + timedelta(days=182)
        service.sanction(
            stage.session, reg, code, kind=kind, basis=basis, valid_from=today, valid_to=last, today=today, now=moment
        )


def depart(stage: Stage, moment: datetime) -> None:
    """People retire, resign and move away; employment and postings end with the day before."""
    today = moment.astimezone(stage.zone).date()
    for code, reason in LEAVING.items():
        actor = stage.cast["reg"] if code.startswith(KONGTONG[3:]) else stage.hand
        service.separate(stage.session, actor, code, reason=reason, valid_from=today, today=today, now=moment)
