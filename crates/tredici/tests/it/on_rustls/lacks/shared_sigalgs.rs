//! The signature algorithms that both sides know.

use super::{assert_names, both};

#[tokio::test]
async fn neither_end_tells_them() {
    for socket in both().await {
        assert_names(&socket.shared_sigalgs().expect_err("not on this engine"), "shared_sigalgs");
    }
}
