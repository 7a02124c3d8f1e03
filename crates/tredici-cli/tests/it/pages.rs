//! Completions and the manual.

use std::process::Stdio;

use tokio::process::Command;

use crate::command::{Files, tredici};

#[tokio::test]
async fn completions_for_every_shell_know_the_verbs_and_the_options() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = tredici(&["completions", shell]).await;
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{shell}");
        for part in ["connect", "listen", "reject-unauthorized", "session-out", "alpn-protocols", "TLSv1.3"] {
            assert!(ran.stdout.contains(part), "{shell}: {part}");
        }
    }
    assert_eq!(tredici(&["completions", "tcl"]).await.status, 2);
}

#[tokio::test]
async fn bash_reads_its_completions() {
    let files = Files::new();
    let script = files.write("tredici.bash", tredici(&["completions", "bash"]).await.stdout);
    let ask = format!(
        "source {script}; COMP_WORDS=(tredici connect --max-c); COMP_CWORD=2; _tredici tredici --max-c connect; echo ${{COMPREPLY[@]}}"
    );
    let Ok(output) = Command::new("bash").args(["-c", &ask]).stderr(Stdio::null()).output().await else {
        eprintln!("SKIPPED: the program `bash` is not installed");
        return;
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "--max-cached-sessions");
}

#[tokio::test]
async fn a_page_of_the_manual_for_the_command_and_for_every_verb() {
    for verb in ["connect", "listen", "pin", "verify", "completions", "man"] {
        let page = tredici(&["man", verb]).await;
        assert_eq!((page.status, page.stderr.as_str()), (0, ""), "{verb}");
        assert!(page.stdout.contains(&format!(".TH tredici-{verb} 1")), "{}", page.stdout);
    }
    let page = tredici(&["man"]).await.stdout;
    assert!(page.contains(".TH tredici 1") && page.contains("tredici\\-connect(1)"), "{page}");
    let page = tredici(&["man", "connect"]).await.stdout;
    assert!(page.contains("reject\\-unauthorized") && page.contains("Examples"), "{page}");
    let title = page.lines().find(|line| line.starts_with(".TH ")).expect("a title");
    assert!(title.contains(concat!("tredici ", env!("CARGO_PKG_VERSION"))), "{title}");
    let synopsis = page.lines().skip_while(|line| *line != ".SH SYNOPSIS").nth(1);
    assert_eq!(synopsis, Some(r"\fBtredici connect\fR [OPTIONS] [TARGET]"));
    assert_eq!(tredici(&["man", "request"]).await.status, 2);
}
