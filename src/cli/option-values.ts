import { InvalidArgumentError } from 'commander';

/** Takes a whole number of an option. @param orElse what else may stand there, for the message */
export const toWhole =
  (least: number, most: number, orElse?: string) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}${orElse ? `, ${orElse}` : ''}.`);
  };

/** Takes a number of an option, with or without a fraction. @param most none: any number from 0 on */
export const toNumber =
  (least = 0, most = Infinity) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      most === Infinity ? `It must be a number, ${least} or more.` : `It must be from ${least} to ${most}.`,
    );
  };
