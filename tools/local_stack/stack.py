"""The whole of Accord on one machine: the template in a local AWS, a Mailchimp, an application, and a connection."""

import json
import socket
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from accord.adapters.mailchimp.http import base_url_of
from tools.cobot_simulator import CobotSimulator
from tools.cobot_simulator.api import CLIENT_ID as COBOT_CLIENT_ID
from tools.cobot_simulator.api import CLIENT_SECRET as COBOT_CLIENT_SECRET
from tools.connect import Wanted, connect
from tools.connect.stack import find_stack
from tools.local_aws import BASE, TEMPLATE, Emulator, build, deploy, install
from tools.local_stack.api import Api
from tools.local_stack.mailchimp import CLIENT_ID, Account, MailchimpError, SimulatorProcess
from tools.local_stack.stack_file import StackInfo
from tools.local_stack.ticker import Ticker
from tools.local_stack.timing import Timings
from tools.sample_application import Change, Receipt, SampleApplication

STACK_NAME = "accord-local"
CONNECTION_ID = "demo"


class Watcher(Protocol):
    """Who watches the start."""

    def step(self, title: str) -> AbstractContextManager[object]:
        """A step, which takes as long as the context is open."""

    def detail(self, text: str) -> None:
        """Something about the step that is open."""


class Unwatched:
    """The watcher of those who do not want to see anything."""

    def step(self, title: str) -> AbstractContextManager[object]:
        """Nobody is told."""
        return nullcontext()

    def detail(self, text: str) -> None:
        """Nobody is told."""


class LocalStack:
    """A running Accord: `with LocalStack() as stack: stack.api.post(changes)`. It starts empty every time.

    Several can run side by side, also in one `base`, which holds what is installed and built. Ports are free ones
    unless given. `mailchimp` is an account to use instead of the simulator: nothing here posts sample members there.

    With `cobot` there is a Cobot beside it, with which Accord is registered.

    Once started: `api` (Accord's routes), `simulator` (None with a real account), `upstream` (the sample application),
    `cobot` (None unless wanted), `emulator`, `outputs` (the stack's), `info` (addresses and secrets), `ticker`.
    """

    api: Api
    info: StackInfo
    outputs: dict[str, str]
    upstream: SampleApplication
    emulator: Emulator
    simulator: SimulatorProcess | None
    cobot: CobotSimulator | None
    ticker: Ticker

    def __init__(
        self,
        base: Path = BASE,
        *,
        aws_port: int | None = None,
        mailchimp_port: int | None = None,
        upstream_port: int | None = None,
        timings: Timings | None = None,
        latency: float | None = None,
        max_audiences: int | None = None,
        mailchimp: Account | None = None,
        cobot: bool = False,
        template: Path = TEMPLATE,
        watcher: Watcher | None = None,
    ) -> None:
        self.base = base.resolve()
        self.timings = timings or Timings()
        self._template = template
        self._ports = (aws_port, mailchimp_port, upstream_port)
        self._latency = latency
        self._max_audiences = max_audiences
        self._real = mailchimp
        self.cobot = CobotSimulator() if cobot else None
        self._watcher = watcher or Unwatched()
        self._parts = ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def audience(self) -> SimulatorProcess:
        """The simulator, for those who know that there is one."""
        if self.simulator is None:
            raise LookupError("this stack talks to the real Mailchimp, which takes no orders")
        return self.simulator

    @property
    def is_reachable(self) -> bool:
        """Whether the local AWS still listens."""
        with socket.socket() as probe:
            probe.settimeout(5)
            return probe.connect_ex(("127.0.0.1", self.emulator.port)) == 0

    def post(self, changes: Sequence[Change]) -> Receipt:
        """Post changes as the sample application does, and let it remember them. Raises PostError, and MailchimpError
        rather than let an address under `.test` reach a real account."""
        emails = (change.get("member", {}).get("email") or "" for change in changes)
        if self.simulator is None and any(email.endswith(".test") for email in emails):
            raise MailchimpError("addresses under .test are made up: they are never posted to a real account")
        receipt = self.api.post(changes)
        taken = set(receipt.accepted)
        self.upstream.remember(change for change in changes if change["id"] in taken)
        return receipt

    def start(self) -> None:
        """Install, build, start and connect; what was started is stopped again when a part of it fails.

        Raises the errors of tools.local_aws, tools.connect, MailchimpError and OSError (a port that is taken).
        """
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End everything that was started; harmless when nothing was."""
        self._parts.close()

    def _start(self) -> None:
        aws_port, mailchimp_port, upstream_port = self._ports
        with self._watcher.step("tools installed"):
            install(self.base, self._watcher.detail)
        with self._watcher.step("template built by SAM"):
            built = build(self._template, self.base, self._watcher.detail)
        with self._watcher.step("local AWS started"):
            self.emulator = self._parts.enter_context(Emulator(self.base, aws_port))
        account = self._mailchimp(mailchimp_port)
        if self.cobot is not None:
            with self._watcher.step("Cobot simulator started"):
                self._parts.enter_context(self.cobot)
        with self._watcher.step("template deployed"):
            self.outputs = deploy(self.emulator, built, STACK_NAME, self._parameters())
        with self._watcher.step("sample application started"):
            self.upstream = self._parts.enter_context(SampleApplication(port=upstream_port or 0))
        with self._watcher.step("application connected to its audience"):
            self._connect(account)
        functions = self.emulator.client("lambda")
        names = (self.outputs[f"{name}FunctionName"] for name in ("OfferDueChanges", "CollectBatches"))
        self.ticker = Ticker(functions, *names)
        self.ticker.start()
        self._parts.callback(self.ticker.stop)

    def _parameters(self) -> dict[str, str]:
        parameters = self.timings.parameters()
        if self.cobot is not None:
            parameters |= {"CobotOAuthClientId": COBOT_CLIENT_ID, "CobotLoginUrl": self.cobot.url}
        if self.simulator is None:
            return parameters
        return parameters | {"MailchimpOAuthClientId": CLIENT_ID, "MailchimpLoginUrl": self.simulator.login_url}

    def _register(self, api_url: str) -> None:
        """What a person does in the pages of Mailchimp and Cobot and in Secrets Manager. The address under which the
        emulator reaches the API is not the API's own name, so it is stored as well."""
        if self.simulator is not None:
            made = self.simulator.register_application(f"{api_url}/mailchimp/oauth/callback")
            self._keep_client("MailchimpOAuthSecretArn", made["client_secret"], made["redirect_uri"])
        if self.cobot is not None:
            self._keep_client("CobotOAuthSecretArn", COBOT_CLIENT_SECRET, f"{api_url}/cobot/oauth/callback")

    def _keep_client(self, output: str, client_secret: str, redirect_uri: str) -> None:
        kept = json.dumps({"client_secret": client_secret, "redirect_uri": redirect_uri})
        self.emulator.client("secretsmanager").put_secret_value(SecretId=self.outputs[output], SecretString=kept)

    def _mailchimp(self, port: int | None) -> Account:
        if self._real is not None:
            self.simulator = None
            return self._real
        with self._watcher.step("Mailchimp simulator started"):
            log = self.emulator.home / "simulator.log"
            self.simulator = self._parts.enter_context(SimulatorProcess(log, port, self._latency, self._max_audiences))
        return self.simulator.account

    def _connect(self, account: Account) -> None:
        clients = self.emulator.client
        joined = connect(
            find_stack(STACK_NAME, clients),
            # The real Mailchimp does not reach this machine.
            Wanted(
                CONNECTION_ID,
                account.audience_id,
                notice_url=f"{self.upstream.url}/notices",
                webhook=self._real is None,
            ),
            account.api_key,
            base_url="" if self._real else account.url,
            clients=clients,
        )
        self.upstream.trust(joined.signing_secret)
        kept = clients("secretsmanager").get_secret_value(SecretId=self.outputs["OperatorSecretArn"])
        operator_token: str = json.loads(kept["SecretString"])["token"]
        api_url = self.emulator.api_url(self.outputs["ApiUrl"])
        self._register(api_url)
        self.info = StackInfo(
            api_url=api_url,
            console_url=None,
            mailchimp_url=account.url or base_url_of(account.api_key),
            mailchimp_api_key=None if self._real else account.api_key,
            upstream_url=self.upstream.url,
            connection_id=CONNECTION_ID,
            audience_id=account.audience_id,
            signing_secret=joined.signing_secret,
            upstream_token=joined.token,
            operator_token=operator_token,
            aws_endpoint_url=self.emulator.url,
        )
        self.api = Api(
            api_url,
            CONNECTION_ID,
            signing_secret=joined.signing_secret,
            upstream_token=joined.token,
            operator_token=operator_token,
        )
