//! One library that turns "connect me to that, under these terms" into one verified, observable socket.
#![forbid(unsafe_code)]

mod timing;
