//! `ronin migrate`.

use std::process::ExitCode;

use ronin_store::{MasterKey, Store};

use crate::{config::Config, database::open_store};

pub(super) async fn run(config: Config, only_status: bool) -> anyhow::Result<ExitCode> {
    let store = if only_status {
        let key = MasterKey::load_or_create(&config.data_dir.join("master.key"))?;
        Store::connect(config.database_url.expose(), key).await?
    } else {
        open_store(&config).await?
    };
    for (name, applied) in store.migration_status().await? {
        println!("{} {name}", if applied { "applied" } else { "pending" });
    }
    store.close().await?;
    Ok(ExitCode::SUCCESS)
}
