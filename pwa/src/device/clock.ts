/** The only place of the participant app that reads the phone's clock. */
export const now = (): Date => new Date();
