//! The `Finished` messages of the handshake.

use super::{assert_names, both};

#[tokio::test]
async fn neither_end_tells_them() {
    for socket in both().await {
        assert_names(&socket.finished().expect_err("not on this engine"), "finished");
        assert_names(&socket.peer_finished().expect_err("not on this engine"), "peer_finished");
    }
}
