"""One region of the account, asked with boto3."""

from __future__ import annotations

from twinstack.dr.aws.account import BotoAccount
from twinstack.dr.aws.databases import BotoDatabases
from twinstack.dr.aws.network import BotoNetwork
from twinstack.dr.aws.storage import BotoStorage
from twinstack.preflight.boto import BotoSite


class BotoRegion(BotoDatabases, BotoNetwork, BotoAccount, BotoStorage, BotoSite):
    """See `api.Region`."""
