"""Turns botocore's errors into this project's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    RefreshWithMFAUnsupportedError,
    SSOError,
    TokenRetrievalError,
    UnknownCredentialError,
)
from botocore.parsers import ResponseParserError

from twinstack.aws.errors import AwsError, NotSentError, NotTakenHereError
from twinstack.errors import CredentialsError, TwinStackError, UnreachableError

CREDENTIAL_ERRORS = (
    CredentialRetrievalError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    RefreshWithMFAUnsupportedError,
    SSOError,
    TokenRetrievalError,
    UnknownCredentialError,
)
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
_CLOCK = frozenset({"RequestExpired", "RequestTimeTooSkewed"})
_WRONG = frozenset(
    {
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
    }
)
# A region that is not enabled says it too, and one that must be enabled says it of tokens from the global STS endpoint
# (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html).
_NOT_KNOWN_HERE = frozenset({"AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"})


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turns botocore's errors into this project's.

    Args:
        where: What the call was about, for the message.

    Raises:
        AwsError: AWS refused the call.
        CredentialsError: There are no usable credentials, or AWS does not take them.
        NotSentError: The call could not even be made.
        UnreachableError: AWS could not be reached, or its answer not be read.
    """
    try:
        yield
    except ClientError as error:
        raise _refusal(error, where) from error
    except CREDENTIAL_ERRORS as error:
        raise CredentialsError(
            f"{where}: no usable AWS credentials: {error}; set a profile with --profile or AWS_PROFILE, sign in, or "
            "use --local for the local AWS"
        ) from error
    except (ConnectionError, HTTPClientError, IncompleteReadError) as error:
        raise UnreachableError(f"{where}: AWS cannot be reached: {error}") from error
    except BotoCoreError as error:
        raise NotSentError(f"{where}: the call cannot be made: {error}") from error
    except ResponseParserError as error:  # its message goes on with the whole answer
        raise UnreachableError(f"{where}: the answer cannot be read: {str(error).partition(chr(10))[0]}") from error
    except RuntimeError as error:
        # botocore has no class of its own for a credential process that hands out what has expired already.
        if "credentials are still expired" not in str(error):
            raise
        raise CredentialsError(f"{where}: {error}; sign in again") from error


def _refusal(error: ClientError, where: str) -> TwinStackError:
    answer = error.response.get("Error", {})
    code, reason = answer.get("Code", "Unknown"), answer.get("Message", str(error))
    said = f"{where}: AWS does not take the credentials: {code}: {reason}"
    if code in _EXPIRED:
        return CredentialsError(f"{said}; they have expired: sign in again, or set new ones")
    if code in _CLOCK:
        return CredentialsError(f"{said}; set this machine's clock, or sign in again")
    if code in _WRONG:
        return CredentialsError(f"{said}; look at the profile, the AWS_… variables and this machine's clock")
    if code in _NOT_KNOWN_HERE:
        return NotTakenHereError(
            f"{said}; sign in again, and look at the profile, the AWS_… variables, and whether the region is enabled"
        )
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return AwsError(error.operation_name, code, reason, where, status)
