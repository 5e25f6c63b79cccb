//! `ronin config check`.

use std::process::ExitCode;

use crate::{cli::WithSettings, config::Config};

pub(super) fn check(args: WithSettings) -> ExitCode {
    match Config::load(args.settings, args.config.as_deref()) {
        Ok(config) => {
            println!("{config:#?}");
            ExitCode::SUCCESS
        }
        Err(invalid) => {
            for violation in invalid.violations {
                eprintln!("{}: {}", violation.field, violation.description);
            }
            ExitCode::FAILURE
        }
    }
}
