//! The access token: a secret that all who may use the server share.

use std::{fmt, fs, io, path::Path};

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time},
    http::header,
};
use subtle::ConstantTimeEq as _;

/// The cookie in which a browser keeps the token. It has no path, so that it belongs to where the
/// page is, even below a path that only a reverse proxy knows (RFC 6265, section 5.1.4).
const COOKIE: &str = "nnvisu_token";
const COOKIE_DAYS: i64 = 30;

/// How many characters a token may have.
const MIN_LENGTH: usize = 8;
const MAX_LENGTH: usize = 256;
/// What it may have besides letters and digits (RFC 6750, section 2.1).
const PUNCTUATION: &str = "-._~+/=";

/// A secret that all who may use the server share. Only [`link`](Self::link) shows it, not even
/// `Debug` does.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    secret: String,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// Why there is no token to use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// Too short, too long, or other characters than a header can carry (RFC 6750, section 2.1).
    #[error(
        "the access token must have {MIN_LENGTH} to {MAX_LENGTH} letters, digits and {PUNCTUATION}"
    )]
    Unsuitable,
    /// The file that it should be in cannot be read.
    #[error("the file with the access token cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

impl AccessToken {
    /// Takes `secret` as the token.
    ///
    /// # Errors
    ///
    /// It has not 8 to 256 characters, or one that is no ASCII letter, digit or of `-._~+/=`.
    pub fn new(secret: &str) -> Result<Self, InvalidToken> {
        let is_suitable = (MIN_LENGTH..=MAX_LENGTH).contains(&secret.len())
            && secret
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || PUNCTUATION.as_bytes().contains(&byte));
        if is_suitable {
            Ok(Self {
                secret: secret.to_owned(),
            })
        } else {
            Err(InvalidToken::Unsuitable)
        }
    }

    /// Reads the token from the first line of a file; spaces around it do not count.
    ///
    /// # Errors
    ///
    /// There is no such file, or no suitable token in it.
    pub fn read(file: &Path) -> Result<Self, InvalidToken> {
        let text = fs::read_to_string(file)?;
        Self::new(text.lines().next().unwrap_or_default().trim())
    }

    /// `url`, which has no query, with the token in its query: a link to sign in with.
    #[must_use]
    pub fn link(&self, url: &str) -> String {
        format!("{url}?token={}", self.secret)
    }

    /// Compares in a time that tells nothing but whether the lengths are equal.
    pub(crate) fn is(&self, given: &str) -> bool {
        self.secret.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// A token that cannot be guessed.
    pub(crate) fn random() -> Self {
        let number = || getrandom::u64().expect("the operating system gives random numbers");
        Self {
            secret: format!("{:016x}{:016x}", number(), number()),
        }
    }

    /// Whether the request carries the token, as a cookie or as a bearer.
    pub(crate) fn is_carried_by(&self, request: &HttpRequest) -> bool {
        let bearer = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .is_some_and(|(_, given)| self.is(given.trim()));
        bearer || self.is_cookie_of(request, COOKIE)
    }

    /// Whether the request's address ends in `?token=` and the token.
    pub(crate) fn is_in_address_of(&self, request: &HttpRequest) -> bool {
        token_in_address(request).is_some_and(|given| self.is(&given))
    }

    /// Whether the request carries the token as the cookie `name`.
    pub(crate) fn is_cookie_of(&self, request: &HttpRequest, name: &str) -> bool {
        let cookie = request.cookie(name);
        cookie.is_some_and(|cookie| self.is(cookie.value()))
    }

    /// What a browser keeps, so that it is asked once.
    pub(crate) fn cookie(&self, by_https: bool) -> Cookie<'_> {
        let mut cookie = self.session_cookie(COOKIE, by_https);
        cookie.set_max_age(time::Duration::days(COOKIE_DAYS));
        cookie
    }

    /// What a browser keeps until it is closed. Scripts cannot read it, and no foreign page can
    /// have it sent.
    pub(crate) fn session_cookie<'a>(&'a self, name: &'a str, by_https: bool) -> Cookie<'a> {
        Cookie::build(name, self.secret.as_str())
            .http_only(true)
            .same_site(SameSite::Strict)
            .secure(by_https)
            .finish()
    }
}

/// Whether the request carries any token, right or wrong.
pub(crate) fn carries_token(request: &HttpRequest) -> bool {
    token_in_address(request).is_some()
        || request.headers().contains_key(header::AUTHORIZATION)
        || token_cookie(request).is_some()
}

fn token_in_address(request: &HttpRequest) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Query {
        token: String,
    }
    let query = actix_web::web::Query::<Query>::from_query(request.query_string()).ok()?;
    // In queries of forms a plus is a space, and the token has none.
    Some(query.into_inner().token.replace(' ', "+"))
}

/// The cookie with the token that the request carries, if it does.
pub(crate) fn token_cookie(request: &HttpRequest) -> Option<Cookie<'static>> {
    request.cookie(COOKIE)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const SECRET: &str = "a+b/c=d.e~f_g-1";

    #[test]
    fn only_what_fits_a_header_is_a_token() {
        for secret in [SECRET, "12345678", &"x".repeat(256)] {
            assert!(AccessToken::new(secret).is_ok(), "{secret}");
        }
        for secret in [
            "",
            "1234567",
            "with space",
            "semi;colon",
            "čeština!",
            "tab\tstop",
            "esc\u{1b}ape12",
            &"x".repeat(257),
        ] {
            assert!(AccessToken::new(secret).is_err(), "{secret:?}");
        }
        let shown = format!("{:?}", AccessToken::new(SECRET).unwrap());
        assert!(!shown.contains(SECRET));
    }

    #[test]
    fn is_found_where_it_may_be() {
        let token = AccessToken::new(SECRET).unwrap();
        let carried = |name: &'static str, value: String| {
            let request = TestRequest::get().insert_header((name, value));
            token.is_carried_by(&request.to_http_request())
        };
        assert!(carried("authorization", format!("Bearer {SECRET}")));
        assert!(carried("authorization", format!("bearer  {SECRET} ")));
        assert!(!carried("authorization", format!("Basic {SECRET}")));
        assert!(!carried("authorization", SECRET.to_owned()));
        assert!(!carried("authorization", format!("Bearer {SECRET}x")));
        assert!(!carried(
            "authorization",
            format!("Bearer {}", &SECRET[1..])
        ));
        assert!(carried("cookie", format!("a=b; nnvisu_token={SECRET}")));
        assert!(!carried("cookie", "nnvisu_token=".to_owned()));
        assert!(!carried("cookie", format!("other={SECRET}")));

        let in_address =
            |uri: &str| token.is_in_address_of(&TestRequest::get().uri(uri).to_http_request());
        assert!(in_address("/?token=a%2Bb%2Fc%3Dd.e~f_g-1"));
        assert!(in_address(&token.link("/")));
        assert!(!in_address("/?token=wrong"));
        assert!(!in_address("/?token="));
        assert!(!in_address("/"));
    }

    #[test]
    fn the_cookie_is_for_the_browser_alone() {
        let token = AccessToken::new(SECRET).unwrap();
        let cookie = token.cookie(true).to_string();
        for part in [SECRET, "HttpOnly", "SameSite=Strict", "Secure", "Max-Age"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Path"), "{cookie}");
        assert!(!token.cookie(false).to_string().contains("Secure"));
    }

    #[test]
    fn any_token_is_one() {
        for (carries, request) in [
            (false, TestRequest::get().uri("/?other=token")),
            (true, TestRequest::get().uri("/?a=b&token=wrong")),
            (true, TestRequest::get().uri("/?%74oken=")),
            (
                true,
                TestRequest::get().insert_header(("authorization", "Bearer x")),
            ),
            (
                true,
                TestRequest::get().insert_header(("cookie", "nnvisu_token=x")),
            ),
            (
                false,
                TestRequest::get().insert_header(("cookie", "other=x")),
            ),
        ] {
            assert_eq!(carries_token(&request.to_http_request()), carries);
        }
    }

    #[test]
    fn random_tokens_differ() {
        let token = AccessToken::random();
        assert!(AccessToken::new(&token.secret).is_ok());
        assert!(token != AccessToken::random());
    }
}
