"""Rules for secrets whose form is known and that gitleaks' table lacks, misses or finds by words that are not there.

Forms as the services document them or as their tokens look; each row as in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

from foreword.core.secrets.rules import Rule

QUOTE = r"(?:\\{0,2}[\"'`])"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
IN_URL = "password in a URL"
TOKEN_IN_URL = "token in a URL"  # noqa: S105 - a kind, not a token
COMMAND_LINE = "password on a command line"
DSN = "password in a connection string"


def _tokens(*rows: tuple[str, str, str]) -> Iterable[Rule]:
    """Tokens that begin with a word of their own: kind, the word, what follows."""
    for kind, word, rest in rows:
        yield Rule(
            kind, rf"(?<![A-Za-z0-9]){word}{rest}(?![\w-])", (word.replace("\\", "").lower(),), 3.0, True
        )


_BY_BEGINNING = _tokens(
    ("AWS marketplace token", r"amzn\.mws\.", _UUID),
    ("Google OAuth client secret", "GOCSPX-", r"[\w-]{24,40}"),
    ("Google access token", r"ya29\.", r"[\w.-]{40,1000}"),
    ("Firebase token", "APA91b", r"[\w-]{100,200}"),
    ("Tencent Cloud secret ID", "AKID", "[A-Za-z0-9]{32}"),
    ("Backblaze application key", "K00", r"[A-Za-z0-9/+]{28}"),
    ("Bitbucket app password", "ATBB", "[A-Za-z0-9]{28,40}"),
    ("Atlassian API token", "ATATT3", r"[\w=-]{100,250}"),
    ("Bitbucket access token", "ATCTT3", r"[\w=-]{100,250}"),
    ("CircleCI token", "CCIPAT_", "[A-Za-z0-9]{22}_[0-9a-f]{40}"),
    ("Buildkite token", "bkua_", "[0-9a-f]{40}"),
    ("SonarQube token", "sqa_", "[0-9a-f]{40}"),
    ("SonarQube token", "squ_", "[0-9a-f]{40}"),
    ("SonarQube token", "sqp_", "[0-9a-f]{40}"),
    ("Cargo registry token", "cio", "(?=[A-Za-z]{0,20}[0-9])[A-Za-z0-9]{32}"),
    ("NuGet API key", "oy2", "[a-z0-9]{43}"),
    ("Docker access token", "dckr_pat_", r"[\w-]{20,40}"),
    ("Docker access token", "dckr_oat_", r"[\w-]{20,60}"),
    ("TestPyPI token", "pypi-AgENdGVzdC5weXBpLm9yZw", r"[\w-]{50,1000}"),
    ("Render API key", "rnd_", "[A-Za-z0-9]{28,40}"),
    ("Netlify token", "nfp_", "[A-Za-z0-9]{36,50}"),
    ("Supabase token", "sbp_", "[0-9a-f]{40}"),
    ("Supabase secret key", "sb_secret_", r"[\w-]{30,50}"),
    ("Neon API key", "napi_", "[a-z0-9]{50,80}"),
    ("Groq API key", "gsk_", "[A-Za-z0-9]{48,60}"),
    ("xAI API key", "xai-", "[A-Za-z0-9]{70,90}"),
    ("Replicate token", "r8_", "[A-Za-z0-9]{36,40}"),
    ("LangSmith key", "lsv2_", r"(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    ("Pinecone key", "pcsk_", r"[\w]{50,90}"),
    ("NVIDIA API key", "nvapi-", r"[\w-]{60,80}"),
    ("Cerebras API key", "csk-", "[a-z0-9]{48}"),
    ("Tavily API key", "tvly-", r"[\w-]{28,60}"),
    ("Firecrawl API key", "fc-", "[0-9a-f]{32}"),
    ("ElevenLabs API key", "sk_", "[0-9a-f]{48}"),
    ("Slack cookie", "xoxd-", r"[\w%+/-]{40,300}"),
    ("Slack browser token", "xoxc-", r"[\w-]{40,200}"),
    ("Resend API key", "re_", "[A-Za-z0-9]{8}_[A-Za-z0-9]{24}"),
    ("Matrix access token", "syt_", r"[A-Za-z0-9]{4,100}_[A-Za-z]{1,30}[A-Za-z0-9]{0,20}_[A-Za-z0-9]{6}"),
    ("ntfy token", "tk_", "[a-z0-9]{29}"),
    ("Facebook access token", "EAA", "(?=[A-Za-z]{0,30}[0-9])[A-Za-z0-9]{80,400}"),
    ("Stripe webhook secret", "whsec_", r"[A-Za-z0-9+/=]{24,80}"),
    ("Braintree access token", "access_token", r"\$(?:production|sandbox)\$[a-z0-9]{16}\$[0-9a-f]{32}"),
    ("Square application secret", "sq0csp-", r"[\w-]{40,50}"),
    ("Honeycomb key", "hcaik_", "[a-z0-9]{50,70}"),
    ("PostHog key", "phx_", "[A-Za-z0-9]{40,50}"),
    ("LaunchDarkly SDK key", "sdk-", _UUID),
    ("Axiom token", "xaat-", _UUID),
    ("Notion token", "secret_", "[A-Za-z0-9]{43}"),
    ("Figma token", "figd_", r"[\w-]{38,60}"),
    ("HubSpot token", "pat-", rf"(?:na|eu|ap)\d-{_UUID}"),
    ("Stytch secret", "secret-live-", r"[\w=-]{30,50}"),
    ("Dropbox token", r"sl\.", r"(?:u\.)?[\w-]{120,400}"),
    ("Contentful token", "CFPAT-", r"[\w-]{40,60}"),
    ("Mapbox secret token", r"sk\.", r"eyJ1[\w-]{60,120}\.[\w-]{20,30}"),
    ("LinkedIn client secret", r"WPL_AP1\.", r"[\w.]{16,40}={0,2}"),
    ("Typeform token", "tfp_", r"[\w.=-]{40,70}"),
    ("Doppler token", r"dp\.", r"(?:pt|sa|ct|st|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}"),
    ("Infisical token", r"st\.", rf"(?:{_UUID}|[0-9a-f]{{24}})\.[0-9a-f]{{32}}\.[0-9a-f]{{32}}"),
    ("Tailscale key", "tskey-", r"(?:auth|api|client|webhook|scim)-[A-Za-z0-9]{8,24}-[A-Za-z0-9]{20,40}"),
    ("Vault recovery token", r"hvr\.", r"[\w-]{80,300}"),
    ("Rancher token", "token-", "[a-z0-9]{5}:[a-z0-9]{54}"),
    ("Langfuse secret key", "sk-lf-", _UUID),
    ("OpenRouter key", "sk-or-v1-", "[0-9a-f]{64}"),
    ("Anthropic token", "sk-ant-", r"[a-z]{2,12}\d{0,2}-[\w-]{60,120}"),
    ("PASETO token", r"v2\.", r"local\.[\w-]{40,2000}"),
    ("PASETO token", r"v4\.", r"local\.[\w-]{40,2000}"),
    ("Heroku API key", "HRKU-", r"AA[\w-]{58}"),
    ("Mailgun key", "key-", "[0-9a-f]{32}"),
)  # fmt: skip
_BY_FORM = (
    Rule("API key", r"(?<![\w-])sk-(?:(?:proj|svcacct|admin|live|prod)-)?(?=[\w-]{0,30}[0-9])[A-Za-z0-9][A-Za-z0-9_-]{31,250}(?![\w-])", ("sk-",), 3.7, True),
    Rule("Fireworks API key", r"(?<![\w-])fw_(?=[A-Za-z]{0,15}[0-9])[A-Za-z0-9]{22,24}(?![\w-])", ("fw_",), 3.7, True),
    Rule("GitLab token", r"(?<![\w-])gl(?:cbt|imt|rt|ft|dt|oas|ffct|soat|agent|wt|ptt|pat)-[\w.-]{20,300}", ("glcbt-", "glimt-", "glrt-", "glft-", "gldt-", "gloas-", "glffct-", "glsoat-", "glagent-", "glwt-", "glptt-", "glpat-"), 3.0, True),
    Rule("Airtable token", r"(?<![\w-])pat[A-Za-z0-9]{14}\.[0-9a-f]{64}(?![\w-])", ("airtable",), 3.0, False),
    Rule("Salesforce session", r"(?<![\w-])00D[A-Za-z0-9]{12,15}![\w.]{60,120}", ("00d",), 3.0, True),
    Rule("Bitwarden token", rf"(?<![\w-])0\.{_UUID}\.[A-Za-z0-9]{{20,40}}:[A-Za-z0-9+/]{{22}}==", ("bitwarden", "bws"), 3.0, False),
    Rule("Asana token", r"(?<![\w/.-])[12]/\d{13,20}(?:/\d{13,20})?:[0-9a-f]{32}(?![\w-])", ("asana",), 3.0, False),
    Rule("Firebase server key", r"(?<![\w+/-])AAAA[\w-]{7}:[\w-]{130,160}(?![\w-])", ("aaaa",), 3.0, True),
    Rule("Azure DevOps token", r"(?<![\w-])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![\w-])", ("azdo",), 3.0, True),
    Rule("Azure container registry key", r"(?<![\w+/-])[A-Za-z0-9+/]{42}\+ACR[A-Za-z0-9]{6}(?![\w-])", ("+acr",), 3.0, True),
    Rule("New Relic licence key", r"(?<![\w-])[0-9a-f]{36}NRAL(?![\w-])", ("nral",), 3.0, True),
    Rule("Telegram bot token", r"(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])", (":aa",), 3.0, True),
    Rule("Discord bot token", r"(?<![\w.-])[MNO][A-Za-z0-9_-]{23,25}\.[\w-]{6}\.[\w-]{27,45}(?![\w.-])", ("discord", "bot_token", "bottoken"), 3.5, False),
    Rule("Discord webhook", r"discord(?:app)?\.com/api/webhooks/\d{15,22}/([\w-]{50,90})", ("/api/webhooks/",), 3.0, True),
    Rule("Microsoft Teams webhook", r"webhook\.office\.com/webhookb2/([\w@/-]{60,300})", ("webhook.office.com",), 3.0, True),
    Rule("Google Chat webhook", r"chat\.googleapis\.com/v1/spaces/[^\s\"'`]{1,200}[?&]token=([\w%-]{20,100})", ("chat.googleapis.com",), 3.0, True),
    Rule("Azure function key", r"azurewebsites\.net/[^\s\"'`]{0,200}[?&]code=([\w/+-]{40,100}={0,2})", ("azurewebsites.net",), 3.0, True),
    Rule("Azure shared access key", r"(?i)SharedAccessKey=([A-Za-z0-9+/]{43}=)", ("sharedaccesskey=",), 3.5, True),
    Rule("Azure event key", rf"(?i)aeg-sas-(?:key|token){QUOTE}?\s{{0,5}}[:=,]\s{{0,5}}{QUOTE}?([A-Za-z0-9+/]{{43}}=)", ("aeg-sas-",), 3.5, True),
    Rule("Twilio auth token", r"['\"]AC[0-9a-f]{32}['\"]\s{0,5},\s{0,5}['\"]([0-9a-f]{32})['\"]", ("'ac", '"ac'), 3.0, True),
    Rule("AWS session token", rf"(?i)(?:session_?token|x-amz-security-token){QUOTE}?\s{{0,5}}[:=,]\s{{0,5}}{QUOTE}?([A-Za-z0-9+/]{{100,2000}}={{0,2}})", ("session_token", "sessiontoken", "x-amz-security-token"), 4.0, True),
    Rule("AWS secret access key", r"\bA(?:KIA|SIA)[A-Z2-7]{16}[\"']?\s{0,3}[,:;|\s]\s{0,3}[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])", ("akia", "asia"), 3.5, True),
    Rule("JSON web token", r"\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,3000}\.[\w-]{10,1000}", ("eyj",), 3.0, True),
    Rule("encrypted web token", r"\beyJ[\w-]{8,2000}\.[\w-]{0,1000}\.[\w-]{10,100}\.[\w-]{10,3000}\.[\w-]{16,100}", ("eyj",), 3.0, True),
    Rule(IN_URL, r"://[^\s:/@'\"`<>{}$%*]{0,80}:((?:[^\s:/@'\"`<>{}%*]|%[0-9A-Fa-f]{2}){4,200})@[\w.-]", ("://",), 2.0, True),
    Rule(TOKEN_IN_URL, r"://([\w-]{20,200})(?::x-oauth-basic|:)?@[\w.-]", ("://",), 3.0, True),
    Rule("AWS secret access key", rf"(?i)secret_?access_?key{QUOTE}?\s{{0,5}}(?:=|:|,)\s{{0,5}}{QUOTE}?([A-Za-z0-9/+]{{40}})(?![A-Za-z0-9/+=])", ("secret_access_key", "secretaccesskey", "secret_accesskey", "secretaccess_key"), 3.5, True),
    Rule("Azure storage key", r"\bAccountKey=([A-Za-z0-9+/]{86}==)", ("accountkey=",), 4.0, True),
    Rule("Azure shared access signature", r"[?&]sig=([A-Za-z0-9%+/]{40,100})", ("sig=",), 3.5, True),
    Rule("Google refresh token", r"\b1//0[\w-]{40,200}", ("1//0",), 3.5, True),
    Rule("WireGuard key", r"(?i)\b(?:PrivateKey|PresharedKey)\s{0,5}=\s{0,5}([A-Za-z0-9+/]{43}=)", ("privatekey", "presharedkey"), 3.5, True),
    Rule("JSON web key", r"\"(?:d|k)\"\s{0,5}:\s{0,5}\"([\w-]{40,800})\"", ('"kty"',), 4.0, False),
    Rule("XML key", r"<(?:D|P|Q|DP|DQ|InverseQ)>([A-Za-z0-9+/]{40,800}={0,2})<", ("<rsakeyvalue",), 4.0, False),
    Rule("authorization header", rf"(?i)\bauthorization{QUOTE}?\s{{0,5}}[:=,]\s{{0,5}}{QUOTE}?(?:bearer|basic|token|apikey|key)\s{{1,5}}([\w.~+/=-]{{20,1000}})", ("authorization",), 3.7, True),
    Rule("Django secret key", rf"(?i)\bsecret_?key\s{{0,5}}=\s{{0,5}}[bru]?{QUOTE}([^\s\"'`]{{30,200}}){QUOTE}", ("secret_key", "secretkey"), 3.7, True),
    Rule("secret key", rf"(?i)\bsecret_?key{QUOTE}?\]?\s{{0,5}}=\s{{0,5}}b[\"']((?:\\x[0-9a-f]{{2}}|\\.|[^\n\"'\\]){{12,200}})[\"']", ("secret_key", "secretkey"), 3.0, True),
    Rule("WordPress key", r"(?i)define\(\s{0,5}['\"](?:AUTH|SECURE_AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)['\"]\s{0,20},\s{0,20}'([^'\n]{30,100})'", ("auth_key", "auth_salt", "logged_in_", "nonce_"), 3.5, True),
    Rule("personal access token", r"(?i)\b\w{0,40}_PAT[\"']?\s{0,3}[=:]\s{0,3}[\"']?([A-Za-z0-9]{40,90})(?![\w/.-])", ("_pat",), 3.5, True),
    Rule("registry login", rf"(?:{QUOTE}auth{QUOTE}\s{{0,5}}:\s{{0,5}}{QUOTE}|\b_auth\s{{0,3}}=\s{{0,3}}\"?)([A-Za-z0-9+/]{{12,600}}={{0,2}})", ('"auth', "_auth", "'auth"), 3.0, True),
    Rule("npm login", r":_(?:authToken|password)\s{0,3}=\s{0,3}\"?([^\s\"'$]{8,400})", (":_authtoken", ":_password"), 2.5, True),
    Rule("Gem server login", r"\bBUNDLE_[A-Z0-9_]{3,80}[=:]\s{0,3}[\"']?[\w.@-]{1,60}:([^\s\"':$]{8,200})", ("bundle_",), 3.0, True),
    Rule("password hash", r"(?m)^[\w.@-]{1,64}:(\$(?:apr1|1|2[abxy]?|5|6|7|y|argon2id?|scrypt)\$[^\s:]{20,200})", (":$",), 3.0, True),
    Rule(DSN, r"(?:[\"'`\s=])[\w.-]{1,40}:([^\s:/@\"'`{}$%]{6,100})@(?:tcp|unix)\(", ("@tcp(", "@unix("), 2.5, True),
    Rule(DSN, r"(?i)(?:jdbc:oracle:\w{1,10}:|\bconnect\s{1,3})\w{1,40}/([^\s@/\"'`{}$]{6,100})@", ("jdbc:oracle", "connect "), 3.0, True),
    Rule("libpq password file", r"(?m)^[\w.*-]{1,100}:(?:\d{2,5}|\*):[\w.*-]{1,60}:[\w.*-]{1,60}:([^\s:]{6,100})$", (":5432:", ":*:"), 2.5, True),
    Rule("seed phrase", r"(?i)(?:mnemonic|seed[_ -]?phrase|recovery[_ -]?phrase)\w{0,10}[\"']?\s{0,5}[:=]\s{0,5}[\"']?([a-z]{3,8}(?: [a-z]{3,8}){11,23})\b", ("mnemonic", "phrase"), 3.0, True),
    Rule("Bitcoin key", r"(?<![A-Za-z0-9])(?:5[1-9A-HJ-NP-Za-km-z]{50}|[KL][1-9A-HJ-NP-Za-km-z]{51})(?![A-Za-z0-9])", ("wif", "bitcoin", "privkey"), 4.0, False),
    Rule("NATS seed", r"(?<![A-Z0-9])S[UANOXC][A-Z2-7]{56}(?![A-Z0-9])", ("nkey", "nats"), 4.0, False),
    Rule("signing key", r"(?i)untrusted comment:[^\n]{0,100}secret key[^\n]{0,60}\r?\n([A-Za-z0-9+/=]{80,400})", ("untrusted comment:",), 3.5, True),
    Rule("signing key", r"(?<![A-Za-z0-9+/])RWRTY0Iy[A-Za-z0-9+/]{100,300}={0,2}", ("rwrty0iy",), 3.5, True),
    Rule("Kubernetes join token", r"--token[ =][\"']?([a-z0-9]{6}\.[a-z0-9]{16})\b", ("--token",), 3.0, True),
    Rule("ngrok token", r"\bauthtoken\s{0,3}[:=]\s{0,3}[\"']?([A-Za-z0-9]{20,40}_[A-Za-z0-9]{15,30})", ("authtoken",), 3.5, True),
    Rule(COMMAND_LINE, r"\bcurl\b[^\n]{0,200}?\s(?:-u|--user|--proxy-user)[ =]?[\"']?[^\s:\"'$]{1,60}:([^\s\"'$]{6,100})", ("curl",), 2.5, True),
    Rule(COMMAND_LINE, r"\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;]{0,200}?\s-p([^\s\"'$\-][^\s\"'$]{5,100})", ("mysql", "mariadb"), 2.5, True),
    Rule(COMMAND_LINE, r"\bsshpass\s{1,3}-p\s{0,3}[\"']?([^\s\"'$]{6,100})", ("sshpass",), 2.5, True),
    Rule(COMMAND_LINE, r"\b(?:docker|podman|helm registry|buildah|skopeo|az|oc)\s{1,3}login\b[^\n|;]{0,200}?\s-p[ =]?[\"']?([^\s\"'$\-][^\s\"'$]{5,200})", ("login",), 2.5, True),
    Rule(COMMAND_LINE, r"\bldap(?:search|add|modify|delete|passwd|whoami)\b[^\n|;]{0,200}?\s-w\s{1,3}[\"']?([^\s\"'$\-][^\s\"'$]{5,100})", ("ldap",), 2.5, True),
    Rule(COMMAND_LINE, r"\bhtpasswd\s{1,3}-\w{0,5}b\w{0,5}\s{1,3}(?:-\w\s{1,3}){0,3}[^\s]{1,100}\s{1,3}[^\s]{1,60}\s{1,3}[\"']?([^\s\"'$]{6,100})", ("htpasswd",), 2.5, True),
)  # fmt: skip
OWN_RULES = (*_BY_FORM, *_BY_BEGINNING)
WITHIN = frozenset(("azdo", "auth_key", "auth_salt", "_pat", "nral", "secret_access_key", "secretaccesskey", "secret_accesskey", "secretaccess_key", "privatekey", "secret_key", "secretkey", "session_token", "sessiontoken", "bot_token", "bottoken", "phrase", "ldap", "_auth", ":_authtoken", ":_password", '"auth', "'auth", "'ac", '"ac', ":aa", "://", "1//0", ":$", '"kty"', "@tcp(", "@unix(", ":5432:", ":*:", "sig=", "/api/webhooks/", "--token", "<rsakeyvalue", "+acr", "privkey", "nkey"))  # fmt: skip
"""Words that may stand in the midst of a run of letters and digits, or that begin with a mark."""
