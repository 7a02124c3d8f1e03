//! The ticket of the session in use.

use super::{assert_names, both};

#[tokio::test]
async fn neither_end_tells_it() {
    for socket in both().await {
        assert_names(&socket.ticket().expect_err("not on this engine"), "ticket");
    }
}
