/** Stands for all layers in commands and in the ids of summaries; not allowed as a layer's id. */
export const SEQUENCE_ID = 'all'
