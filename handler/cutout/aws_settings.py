"""Read the settings that AWS passes to the function in its environment."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from cutout.setting_types import CredentialsUrl, RelativeUri, require_range

ECS_HOST = "169.254.170.2"


class AwsSettings(BaseSettings):
    """Read the variables that Lambda and SAM set, by their own names."""

    region: str = Field(
        default="us-east-1",
        validation_alias="AWS_REGION",
        description="Region of the bucket and the secret.",
    )
    access_key_id: str = Field(
        default="",
        validation_alias="AWS_ACCESS_KEY_ID",
        description="Access key that signs requests to S3 and Secrets Manager.",
    )
    secret_access_key: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="AWS_SECRET_ACCESS_KEY",
        description="Secret of the access key.",
    )
    session_token: SecretStr | None = Field(
        default=None,
        validation_alias="AWS_SESSION_TOKEN",
        description="Session token of temporary credentials.",
    )
    credentials_full_uri: CredentialsUrl = Field(
        default=None,
        validation_alias="AWS_CONTAINER_CREDENTIALS_FULL_URI",
        description="Endpoint for credentials, set by Lambda under SnapStart and by EKS. Used if "
        "there is no access key.",
    )
    credentials_relative_uri: RelativeUri = Field(
        default=None,
        validation_alias="AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        description="Path of that endpoint at 169.254.170.2, which ECS sets.",
    )
    authorization_token: SecretStr | None = Field(
        default=None,
        validation_alias="AWS_CONTAINER_AUTHORIZATION_TOKEN",
        description="Authorization that the endpoint requires.",
    )
    authorization_token_file: Path | None = Field(
        default=None,
        validation_alias="AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        description="File with this authorization, read at each call. Overrides the variable.",
    )
    lambda_memory_mb: int | None = Field(
        default=None,
        validation_alias="AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        description="Memory of the function in MB. It determines the default of CUTOUT_THREADS.",
    )
    secrets_url: str | None = Field(
        default=None,
        validation_alias="AWS_ENDPOINT_URL_SECRETS_MANAGER",
        description="Endpoint of Secrets Manager, if it is not the region's public one.",
    )
    sam_local: bool = Field(
        default=False,
        validation_alias="AWS_SAM_LOCAL",
        description="Set by `sam local`, which cannot resolve the secret. Disables API keys from a "
        "secret.",
    )

    @field_validator("*")
    @classmethod
    def _in_range(cls, value: object, info: ValidationInfo) -> object:
        """Reject numbers that no setting takes, also for the settings of subclasses."""
        return require_range(info.field_name or "", value)

    @property
    def credentials_url(self) -> str | None:
        """Return the URL of the endpoint of credentials, None if there is none.

        The path comes first, as in AWS's SDKs.
        """
        if self.credentials_relative_uri:
            return f"http://{ECS_HOST}{self.credentials_relative_uri}"
        return self.credentials_full_uri
