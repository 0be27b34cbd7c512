/** Names of campaigns, which are names of files too: nothing in them leaves a folder. */
export const CAMPAIGN_NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/
