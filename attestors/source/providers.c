/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CI systems that are known, by name.  A variable that holds a secret never stands in a list of
 * variables: agent tokens, access tokens, URLs with a password in them (CI_REPOSITORY_URL).
 *
 * Who wrote the commit (author fields of Buildkite and others) is not recorded: the provider takes
 * it from the commit, where anybody can write anything; git(1)'s evidence has it.
 */
#include "attestors/source/provider.h"

/* --- aws-codebuild --- */

static const struct ci_sign aws_codebuild_signs[] = {
	{ "CODEBUILD_BUILD_ID", NULL },
	{ NULL, NULL },
};
static const char *const aws_codebuild_variables[] = {
	"AWS_REGION",
	"CODEBUILD_BATCH_BUILD_IDENTIFIER",
	"CODEBUILD_BUILD_ARN",
	"CODEBUILD_BUILD_ID",
	"CODEBUILD_BUILD_IMAGE",
	"CODEBUILD_BUILD_NUMBER",
	"CODEBUILD_BUILD_URL",
	"CODEBUILD_INITIATOR",
	"CODEBUILD_RESOLVED_SOURCE_VERSION",
	"CODEBUILD_SOURCE_REPO_URL",
	"CODEBUILD_SOURCE_VERSION",
	"CODEBUILD_WEBHOOK_ACTOR_ACCOUNT_ID",
	"CODEBUILD_WEBHOOK_BASE_REF",
	"CODEBUILD_WEBHOOK_EVENT",
	"CODEBUILD_WEBHOOK_HEAD_REF",
	"CODEBUILD_WEBHOOK_MERGE_COMMIT",
	"CODEBUILD_WEBHOOK_PREV_COMMIT",
	"CODEBUILD_WEBHOOK_TRIGGER",
	NULL,
};

/* --- azure-pipelines --- */

static const struct ci_sign azure_pipelines_signs[] = {
	{ "TF_BUILD", NULL },
	{ "BUILD_BUILDURI", NULL },
	{ NULL, NULL },
};
static const char *const azure_pipelines_variables[] = {
	"AGENT_ID",
	"AGENT_JOBNAME",
	"AGENT_MACHINENAME",
	"AGENT_NAME",
	"AGENT_OS",
	"AGENT_OSARCHITECTURE",
	"AGENT_VERSION",
	"BUILD_BUILDID",
	"BUILD_BUILDNUMBER",
	"BUILD_BUILDURI",
	"BUILD_DEFINITIONNAME",
	"BUILD_REASON",
	"BUILD_REPOSITORY_ID",
	"BUILD_REPOSITORY_NAME",
	"BUILD_REPOSITORY_PROVIDER",
	"BUILD_REPOSITORY_URI",
	"BUILD_REQUESTEDFOR",
	"BUILD_REQUESTEDFOREMAIL",
	"BUILD_SOURCEBRANCH",
	"BUILD_SOURCEVERSION",
	"SYSTEM_COLLECTIONID",
	"SYSTEM_DEFINITIONID",
	"SYSTEM_JOBDISPLAYNAME",
	"SYSTEM_JOBID",
	"SYSTEM_PLANID",
	"SYSTEM_PULLREQUEST_PULLREQUESTID",
	"SYSTEM_PULLREQUEST_SOURCEBRANCH",
	"SYSTEM_PULLREQUEST_TARGETBRANCH",
	"SYSTEM_STAGENAME",
	"SYSTEM_TEAMFOUNDATIONSERVERURI",
	"SYSTEM_TEAMPROJECT",
	"SYSTEM_TEAMPROJECTID",
	"TF_BUILD",
	NULL,
};

/* --- buildkite --- */

static const struct ci_sign buildkite_signs[] = {
	{ "BUILDKITE", "true" },
	{ NULL, NULL },
};
static const char *const buildkite_variables[] = {
	"BUILDKITE",
	"BUILDKITE_AGENT_ID",
	"BUILDKITE_AGENT_NAME",
	"BUILDKITE_BRANCH",
	"BUILDKITE_BUILD_CREATOR",
	"BUILDKITE_BUILD_CREATOR_EMAIL",
	"BUILDKITE_BUILD_ID",
	"BUILDKITE_BUILD_NUMBER",
	"BUILDKITE_BUILD_URL",
	"BUILDKITE_COMMIT",
	"BUILDKITE_JOB_ID",
	"BUILDKITE_LABEL",
	"BUILDKITE_ORGANIZATION_SLUG",
	"BUILDKITE_PIPELINE_DEFAULT_BRANCH",
	"BUILDKITE_PIPELINE_ID",
	"BUILDKITE_PIPELINE_PROVIDER",
	"BUILDKITE_PIPELINE_SLUG",
	"BUILDKITE_PULL_REQUEST",
	"BUILDKITE_PULL_REQUEST_BASE_BRANCH",
	"BUILDKITE_REPO",
	"BUILDKITE_RETRY_COUNT",
	"BUILDKITE_SOURCE",
	"BUILDKITE_STEP_ID",
	"BUILDKITE_STEP_KEY",
	"BUILDKITE_TAG",
	"BUILDKITE_TRIGGERED_FROM_BUILD_ID",
	NULL,
};
static const char *const buildkite_tokens[] = { "BUILDKITE_OIDC_TOKEN", NULL };
static const struct ci_agreement buildkite_agreements[] = {
	{ "build_number", "BUILDKITE_BUILD_NUMBER" },
	{ "build_commit", "BUILDKITE_COMMIT" },
	{ "job_id", "BUILDKITE_JOB_ID" },
	{ "organization_slug", "BUILDKITE_ORGANIZATION_SLUG" },
	{ "pipeline_slug", "BUILDKITE_PIPELINE_SLUG" },
	{ NULL, NULL },
};

/* --- circleci --- */

static const struct ci_sign circleci_signs[] = {
	{ "CI", "true" },
	{ "CIRCLECI", "true" },
	{ NULL, NULL },
};
static const char *const circleci_variables[] = {
	"CI",
	"CIRCLECI",
	"CIRCLE_BRANCH",
	"CIRCLE_BUILD_NUM",
	"CIRCLE_BUILD_URL",
	"CIRCLE_JOB",
	"CIRCLE_NODE_INDEX",
	"CIRCLE_NODE_TOTAL",
	"CIRCLE_ORGANIZATION_ID",
	"CIRCLE_PIPELINE_ID",
	"CIRCLE_PROJECT_ID",
	"CIRCLE_PROJECT_REPONAME",
	"CIRCLE_PROJECT_USERNAME",
	"CIRCLE_PR_NUMBER",
	"CIRCLE_PR_REPONAME",
	"CIRCLE_PR_USERNAME",
	"CIRCLE_REPOSITORY_URL",
	"CIRCLE_SHA1",
	"CIRCLE_TAG",
	"CIRCLE_USERNAME",
	"CIRCLE_WORKFLOW_ID",
	"CIRCLE_WORKFLOW_JOB_ID",
	NULL,
};
static const char *const circleci_tokens[] = { "CIRCLE_OIDC_TOKEN_V2", "CIRCLE_OIDC_TOKEN", NULL };
static const struct ci_agreement circleci_agreements[] = {
	{ "oidc.circleci.com/project-id", "CIRCLE_PROJECT_ID" },
	{ "oidc.circleci.com/job-id", "CIRCLE_WORKFLOW_JOB_ID" },
	{ "oidc.circleci.com/workflow-id", "CIRCLE_WORKFLOW_ID" },
	{ NULL, NULL },
};

/* --- dagger --- */

static const struct ci_sign dagger_signs[] = {
	{ "DAGGER_SESSION_PORT", NULL },
	{ NULL, NULL },
};
static const char *const dagger_variables[] = {
	"DAGGER_MODULE",
	"DAGGER_SESSION_PORT",
	NULL,
};

/* --- github-actions --- */

static const struct ci_sign github_actions_signs[] = {
	{ "GITHUB_ACTIONS", "true" },
	{ NULL, NULL },
};
static const char *const github_actions_variables[] = {
	"GITHUB_ACTIONS",
	"GITHUB_ACTOR",
	"GITHUB_ACTOR_ID",
	"GITHUB_BASE_REF",
	"GITHUB_EVENT_NAME",
	"GITHUB_HEAD_REF",
	"GITHUB_JOB",
	"GITHUB_REF",
	"GITHUB_REF_NAME",
	"GITHUB_REF_PROTECTED",
	"GITHUB_REF_TYPE",
	"GITHUB_REPOSITORY",
	"GITHUB_REPOSITORY_ID",
	"GITHUB_REPOSITORY_OWNER",
	"GITHUB_REPOSITORY_OWNER_ID",
	"GITHUB_RUN_ATTEMPT",
	"GITHUB_RUN_ID",
	"GITHUB_RUN_NUMBER",
	"GITHUB_SERVER_URL",
	"GITHUB_SHA",
	"GITHUB_TRIGGERING_ACTOR",
	"GITHUB_WORKFLOW",
	"GITHUB_WORKFLOW_REF",
	"GITHUB_WORKFLOW_SHA",
	"RUNNER_ARCH",
	"RUNNER_ENVIRONMENT",
	"RUNNER_NAME",
	"RUNNER_OS",
	NULL,
};
static const struct ci_agreement github_actions_agreements[] = {
	{ "repository", "GITHUB_REPOSITORY" },
	{ "run_id", "GITHUB_RUN_ID" },
	{ "run_attempt", "GITHUB_RUN_ATTEMPT" },
	{ "sha", "GITHUB_SHA" },
	{ "ref", "GITHUB_REF" },
	{ "actor", "GITHUB_ACTOR" },
	{ "workflow_ref", "GITHUB_WORKFLOW_REF" },
	{ "event_name", "GITHUB_EVENT_NAME" },
	{ NULL, NULL },
};

/* --- gitlab-ci --- */

static const struct ci_sign gitlab_ci_signs[] = {
	{ "GITLAB_CI", NULL },
	{ "CI_JOB_URL", NULL },
	{ NULL, NULL },
};
static const char *const gitlab_ci_variables[] = {
	"CI_COMMIT_BRANCH",
	"CI_COMMIT_REF_NAME",
	"CI_COMMIT_REF_PROTECTED",
	"CI_COMMIT_SHA",
	"CI_COMMIT_TAG",
	"CI_CONFIG_PATH",
	"CI_JOB_ID",
	"CI_JOB_IMAGE",
	"CI_JOB_NAME",
	"CI_JOB_STAGE",
	"CI_JOB_URL",
	"CI_MERGE_REQUEST_ID",
	"CI_MERGE_REQUEST_IID",
	"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
	"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH",
	"CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
	"CI_PIPELINE_ID",
	"CI_PIPELINE_SOURCE",
	"CI_PIPELINE_URL",
	"CI_PROJECT_ID",
	"CI_PROJECT_PATH",
	"CI_PROJECT_URL",
	"CI_RUNNER_DESCRIPTION",
	"CI_RUNNER_ID",
	"CI_RUNNER_VERSION",
	"CI_SERVER_URL",
	"CI_SERVER_VERSION",
	"GITLAB_CI",
	"GITLAB_USER_EMAIL",
	"GITLAB_USER_LOGIN",
	NULL,
};
static const char *const gitlab_ci_tokens[] = { "INTOTO_ID_TOKEN", "GITLAB_OIDC_TOKEN",
						"SIGSTORE_ID_TOKEN", "ID_TOKEN", NULL };
static const struct ci_agreement gitlab_ci_agreements[] = {
	{ "project_path", "CI_PROJECT_PATH" },
	{ "project_id", "CI_PROJECT_ID" },
	{ "pipeline_id", "CI_PIPELINE_ID" },
	{ "job_id", "CI_JOB_ID" },
	{ "sha", "CI_COMMIT_SHA" },
	{ "ref", "CI_COMMIT_REF_NAME" },
	{ "user_login", "GITLAB_USER_LOGIN" },
	{ NULL, NULL },
};

/* --- jenkins --- */

static const struct ci_sign jenkins_signs[] = {
	{ "JENKINS_URL", NULL },
	{ NULL, NULL },
};
static const struct ci_sign jenkins_signs_or[] = {
	{ "JENKINS_HOME", NULL },
	{ "BUILD_URL", NULL },
	{ NULL, NULL },
};
static const char *const jenkins_variables[] = {
	"BRANCH_NAME", "BUILD_ID",   "BUILD_NUMBER",  "BUILD_TAG",
	"BUILD_URL",   "CHANGE_ID",  "CHANGE_TARGET", "EXECUTOR_NUMBER",
	"GIT_BRANCH",  "GIT_COMMIT", "GIT_URL",	      "JENKINS_URL",
	"JOB_NAME",    "JOB_URL",    "NODE_NAME",     "WORKSPACE",
	NULL,
};
static const char *const jenkins_tokens[] = { "JENKINS_OIDC_TOKEN", NULL };
static const struct ci_agreement jenkins_agreements[] = {
	{ "build_number", "BUILD_NUMBER" },
	{ NULL, NULL },
};

/* --- teamcity --- */

static const struct ci_sign teamcity_signs[] = {
	{ "TEAMCITY_VERSION", NULL },
	{ NULL, NULL },
};
static const struct ci_sign teamcity_signs_or[] = {
	{ "TEAMCITY_PROJECT_NAME", NULL },
	{ NULL, NULL },
};
static const char *const teamcity_variables[] = {
	"BUILD_NUMBER",	       "BUILD_URL",
	"BUILD_VCS_NUMBER",    "TEAMCITY_BUILDCONF_NAME",
	"TEAMCITY_GIT_BRANCH", "TEAMCITY_PROJECT_NAME",
	"TEAMCITY_VERSION",    NULL,
};

/* --- tekton --- */

/* Tekton sets no variables: a task gets these from its labels through the downward API
 * (intoto-attestors(7) shows how). */
static const struct ci_sign tekton_signs[] = {
	{ "TEKTON_TASK_RUN", NULL },
	{ NULL, NULL },
};
static const char *const tekton_variables[] = {
	"HOSTNAME",
	"TEKTON_NAMESPACE",
	"TEKTON_PIPELINE",
	"TEKTON_PIPELINE_RUN",
	"TEKTON_PIPELINE_TASK",
	"TEKTON_SERVICE_ACCOUNT",
	"TEKTON_TASK",
	"TEKTON_TASK_RUN",
	"TEKTON_TASK_RUN_UID",
	NULL,
};
static const char *const tekton_tokens[] = { "TEKTON_ID_TOKEN", NULL };

/* --- other --- */

static const char *const other_variables[] = {
	NULL,
};
static const char *const other_tokens[] = { "INTOTO_ID_TOKEN", NULL };

const struct ci_provider ci_providers[] = {
	{
		.name = "aws-codebuild",
		.signs = aws_codebuild_signs,
		.variables = aws_codebuild_variables,
		.build = {
			.id = "CODEBUILD_BUILD_ARN",
			.url = "CODEBUILD_BUILD_URL",
			.repository = "CODEBUILD_SOURCE_REPO_URL",
			.commit = "CODEBUILD_RESOLVED_SOURCE_VERSION",
			.ref = "CODEBUILD_WEBHOOK_HEAD_REF",
			.actor = "CODEBUILD_INITIATOR",
			.event = "CODEBUILD_WEBHOOK_EVENT",
		},
	},
	{
		.name = "azure-pipelines",
		.signs = azure_pipelines_signs,
		.variables = azure_pipelines_variables,
		.build = {
			.id = "BUILD_BUILDURI",
			.job = "SYSTEM_JOBID",
			.repository = "BUILD_REPOSITORY_URI",
			.commit = "BUILD_SOURCEVERSION",
			.ref = "BUILD_SOURCEBRANCH",
			.actor = "BUILD_REQUESTEDFOR",
			.event = "BUILD_REASON",
			.runner = "AGENT_NAME",
		},
		.request = CI_REQUEST_AZURE,
		.request_url = "SYSTEM_OIDCREQUESTURI",
		.request_token = "SYSTEM_ACCESSTOKEN",
	},
	{
		.name = "buildkite",
		.signs = buildkite_signs,
		.variables = buildkite_variables,
		.build = {
			.id = "BUILDKITE_BUILD_ID",
			.url = "BUILDKITE_BUILD_URL",
			.job = "BUILDKITE_JOB_ID",
			.repository = "BUILDKITE_REPO",
			.commit = "BUILDKITE_COMMIT",
			.ref = "BUILDKITE_BRANCH",
			.actor = "BUILDKITE_BUILD_CREATOR",
			.event = "BUILDKITE_SOURCE",
			.runner = "BUILDKITE_AGENT_NAME",
		},
		.issuer = "https://agent.buildkite.com",
		.token_variables = buildkite_tokens,
		.agreements = buildkite_agreements,
	},
	{
		.name = "circleci",
		.signs = circleci_signs,
		.variables = circleci_variables,
		.build = {
			.id = "CIRCLE_WORKFLOW_JOB_ID",
			.url = "CIRCLE_BUILD_URL",
			.job = "CIRCLE_JOB",
			.repository = "CIRCLE_REPOSITORY_URL",
			.commit = "CIRCLE_SHA1",
			.ref = "CIRCLE_BRANCH",
			.actor = "CIRCLE_USERNAME",
		},
		.token_variables = circleci_tokens,
		.agreements = circleci_agreements,
	},
	{
		.name = "dagger",
		.signs = dagger_signs,
		.variables = dagger_variables,
		.yields = true,
	},
	{
		.name = "github-actions",
		.signs = github_actions_signs,
		.variables = github_actions_variables,
		.build = {
			.id = "GITHUB_RUN_ID",
			.job = "GITHUB_JOB",
			.repository = "GITHUB_REPOSITORY",
			.commit = "GITHUB_SHA",
			.ref = "GITHUB_REF",
			.actor = "GITHUB_ACTOR",
			.event = "GITHUB_EVENT_NAME",
			.runner = "RUNNER_NAME",
		},
		.issuer = "https://token.actions.githubusercontent.com",
		.request = CI_REQUEST_GITHUB,
		.request_url = "ACTIONS_ID_TOKEN_REQUEST_URL",
		.request_token = "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
		.agreements = github_actions_agreements,
	},
	{
		.name = "gitlab-ci",
		.signs = gitlab_ci_signs,
		.variables = gitlab_ci_variables,
		.build = {
			.id = "CI_JOB_ID",
			.url = "CI_JOB_URL",
			.job = "CI_JOB_NAME",
			.repository = "CI_PROJECT_URL",
			.commit = "CI_COMMIT_SHA",
			.ref = "CI_COMMIT_REF_NAME",
			.actor = "GITLAB_USER_LOGIN",
			.event = "CI_PIPELINE_SOURCE",
			.runner = "CI_RUNNER_ID",
		},
		.token_variables = gitlab_ci_tokens,
		.agreements = gitlab_ci_agreements,
	},
	{
		.name = "jenkins",
		.signs = jenkins_signs,
		.signs_or = jenkins_signs_or,
		.variables = jenkins_variables,
		.build = {
			.id = "BUILD_TAG",
			.url = "BUILD_URL",
			.job = "JOB_NAME",
			.repository = "GIT_URL",
			.commit = "GIT_COMMIT",
			.ref = "GIT_BRANCH",
			.runner = "NODE_NAME",
		},
		.token_variables = jenkins_tokens,
		.agreements = jenkins_agreements,
	},
	{
		.name = "teamcity",
		.signs = teamcity_signs,
		.signs_or = teamcity_signs_or,
		.variables = teamcity_variables,
		.build = {
			.id = "BUILD_NUMBER",
			.url = "BUILD_URL",
			.job = "TEAMCITY_BUILDCONF_NAME",
			.commit = "BUILD_VCS_NUMBER",
			.ref = "TEAMCITY_GIT_BRANCH",
		},
	},
	{
		.name = "tekton",
		.signs = tekton_signs,
		.variables = tekton_variables,
		.build = {
			.id = "TEKTON_TASK_RUN_UID",
			.job = "TEKTON_TASK_RUN",
			.runner = "HOSTNAME",
		},
		.token_variables = tekton_tokens,
	},
	{
		.name = "other",
		.variables = other_variables,
		.token_variables = other_tokens,
		.named_only = true,
	},
	{ .name = NULL },
};
